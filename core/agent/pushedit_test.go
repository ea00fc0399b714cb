package agent

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// TestAPushIsReplaced: the new one takes the place of the old one at once, a refused one
// changes nothing, and the file that a push wrote itself needs no consent.
func TestAPushIsReplaced(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	dir := t.TempDir()
	file := func(path string, replace int) api.PushInput {
		return api.PushInput{Kind: core.PushFile, Path: path, Replace: replace}
	}
	first, err := r.client.AddPush(t.Context(), a.Ref(), file(filepath.Join(dir, "token.json"), 0))
	if err != nil || first.Failing() {
		t.Fatalf("%+v, %v", first, err)
	}
	private := file(filepath.Join(dir, "token.json"), first.Number)
	private.Private = true
	second, err := r.client.AddPush(t.Context(), a.Ref(), private)
	if err != nil || second.Failing() || !second.Private || second.Number == first.Number {
		t.Fatalf("the same file: %+v, %v", second, err)
	}
	there := filepath.Join(dir, "there.json")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	var problems core.Problems
	if _, err := r.client.AddPush(t.Context(), a.Ref(), file(there, second.Number)); !errors.As(err, &problems) || problems[0].Key != core.ProblemPushExists {
		t.Errorf("a file of others: %v", err)
	}
	if _, err := r.client.AddPush(t.Context(), a.Ref(), file(filepath.Join(dir, "x"), first.Number)); wantClass(t, err, core.NotFound).Remedy != core.RemedyNoPush {
		t.Error(err)
	}
	if kept := r.pushes.of(a.ID); len(kept) != 1 || kept[0].Number != second.Number {
		t.Errorf("after refusals there are %+v", kept)
	}
	third, err := r.client.AddPush(t.Context(), a.Ref(), file(filepath.Join(dir, "token.txt"), second.Number))
	if err != nil || third.Failing() {
		t.Fatalf("another file: %+v, %v", third, err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if kept := r.pushes.of(a.ID); len(kept) != 1 || !strings.HasSuffix(kept[0].Path, "token.txt") {
		t.Errorf("after a restart there are %+v", kept)
	}
}
