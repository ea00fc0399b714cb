package agent

import (
	"fmt"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
	"tokentray/core/kinds"
)

// An account of every kind comes back whole from a team's list, as JSON and as CSV, and
// from a backup with its secret: nothing of it is odd to the home that reads it.
func TestAnAccountOfEveryKindComesBack(t *testing.T) {
	w := newWorld(t)
	w.everyKind()
	r := w.start()
	want := map[string]core.Account{}
	for i, spec := range w.kinds.All() {
		a := typical(w.kinds, spec, i)
		a.Env, a.Note = core.Sandbox, "of "+string(spec.Kind)
		in := api.AccountInput{Input: core.InputOf(a), Secret: ptr(goodSecret)}
		if spec.Kind == kinds.WeCom {
			in.Secret = ptr(appSecret + "2") // of its length
		}
		saved, err := r.client.Add(t.Context(), in)
		if err != nil {
			t.Fatalf("%s: %v", spec.Kind, err)
		}
		want[a.Name] = saved.Account.Account
	}
	list := r.accounts.all()
	asJSON, err := interchange.AccountsJSON(list)
	if err != nil {
		t.Fatal(err)
	}
	asCSV, err := interchange.AccountsCSV(list)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := r.client.Backup(t.Context(), core.NewSecret("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]api.ImportFile{
		"list.json": {Data: asJSON}, "list.csv": {Data: asCSV}, "backup": {Data: sealed.Age, Passphrase: "correct horse"},
	} {
		t.Run(name, func(t *testing.T) {
			elsewhere := newWorld(t)
			ups := elsewhere.everyKind()
			other := elsewhere.start()
			req := api.ImportRequest{File: &file, Paused: true}
			p, lines := plan(t, other, req)
			if !p.Ready || len(p.Rows) != len(want) || len(p.Remarks) > 0 {
				t.Fatalf("%d of %d accounts, remarks %v: %q", len(p.Rows), len(want), p.Remarks, lines)
			}
			for i, row := range p.Rows {
				if lines[i] != fmt.Sprintf("new add %s/sandbox", row.Name) || row.NoSecret != (name != "backup") {
					t.Errorf("%s of kind %s, without a secret: %v", lines[i], row.Kind, row.NoSecret)
				}
			}
			req.Apply = p.Digest
			if _, err := other.client.Import(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			for _, got := range other.accounts.all() {
				was := want[got.Name]
				got.ID, got.Auto = was.ID, was.Auto
				if !got.Equal(was) {
					t.Errorf("%s: %v are others", got.Kind, got.Changes(was))
				}
				if n := ups[got.Kind].count(); n != 0 {
					t.Errorf("%s: %d fetches of a paused account", got.Kind, n)
				}
			}
		})
	}
}
