package agent

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/filefault"
)

// backedUp is a backup of a home with the preset wren and an account of it.
func backedUp(t *testing.T) []byte {
	t.Helper()
	w := newWorld(t)
	withWrens(t, w)
	r := w.start()
	r.addPreset(t, wren, false)
	r.addWren(t, "bird")
	made, err := r.client.Backup(t.Context(), core.NewSecret("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	return made.Age
}

// restored imports a backup into another home.
func (r *running) restored(t *testing.T, file []byte, secretLeft bool) api.ImportPlan {
	t.Helper()
	req := api.ImportRequest{File: &api.ImportFile{Data: file, Passphrase: "correct horse"}}
	plan, err := r.client.Import(t.Context(), req)
	if err != nil || !plan.Ready || len(plan.Rows) != 1 {
		t.Fatalf("%v: %+v", err, plan)
	}
	req.Apply = plan.Digest
	done, err := r.client.Import(t.Context(), req)
	if err != nil || !done.Done || len(done.Rows) != 1 || done.Rows[0].NoSecret == secretLeft || !slices.Equal(done.Presets[0].Hosts, []string{"https://api.wren.example"}) {
		t.Fatalf("%v: %+v", err, done)
	}
	return plan
}

// A backup brings a preset with it: its host is shown, and its accounts wait for their
// secret. Where the same preset was here before, they do not.
func TestABackupBringsItsPresets(t *testing.T) {
	file := backedUp(t)
	w := newWorld(t)
	srv := withWrens(t, w)
	r := w.start()
	plan := r.restored(t, file, false)
	if p := plan.Presets[0]; p.Kind != "wren" || p.Status != api.ImportNew || len(plan.Rows[0].Addresses) != 1 || plan.Rows[0].Addresses[0].To != "https://api.wren.example" {
		t.Errorf("%+v", plan)
	}
	got, err := r.client.Account(t.Context(), api.Ref{Name: "bird", Env: core.Sandbox})
	if err != nil || got.Auto || got.Kind != "wren" || got.Mask != "" || srv.Calls("cli_a1", "") != 0 {
		t.Errorf("%v: %+v", err, got)
	}
	_, err = r.client.Token(t.Context(), got.Ref(), 0)
	if e := wantClass(t, err, core.VaultClosed); e.Remedy != core.RemedyReenter {
		t.Errorf("%+v", e)
	}

	other := newWorld(t)
	withWrens(t, other)
	r = other.start()
	r.addPreset(t, wren, false)
	if plan := r.restored(t, file, true); plan.Presets[0].Status != api.ImportSame {
		t.Errorf("%+v", plan)
	}
	if got, err := r.client.Token(t.Context(), api.Ref{Name: "bird", Env: core.Sandbox}, 0); err != nil || got.AccessToken == "" {
		t.Errorf("%v", err)
	}
}

// A preset that is here under the name stays, whatever the backup's asks, and gets no
// secret of it.
func TestABackupReplacesNoPreset(t *testing.T) {
	file := backedUp(t)
	w := newWorld(t)
	withWrens(t, w)
	r := w.start()
	mine := strings.Replace(wren, "api.wren.example", "api.mine.example", 1)
	r.addPreset(t, mine, false)
	if plan := r.restored(t, file, false); plan.Presets[0].Status != api.ImportConflict || plan.Presets[0].Action != api.ImportSkip {
		t.Errorf("%+v", plan)
	}
	if p, err := r.client.Preset(t.Context(), "wren"); err != nil || string(p.File) != mine {
		t.Errorf("%v: %s", err, p.File)
	}
}

// A list of accounts must not contain presets: the file is refused.
func TestAListOfAccountsBringsNoPreset(t *testing.T) {
	r := newWorld(t).start()
	list := `{"tokentray":"accounts","version":1,"accounts":[{"name":"bird","env":"sandbox","kind":"wren","appid":"cli_a1"}],"presets":{"wren":"{}"}}`
	_, err := r.client.Import(t.Context(), api.ImportRequest{File: &api.ImportFile{Name: "team.json", Data: []byte(list)}})
	wantClass(t, err, core.Invalid)
	var faults api.ImportFaults
	if !errors.As(err, &faults) || len(faults) != 1 || faults[0].Code != filefault.Key {
		t.Errorf("%+v", err)
	}
}
