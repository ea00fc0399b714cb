//go:build unix

package home

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A client with another runtime folder finds the socket that the agent noted.
func TestWhereTheAgentListensIsNoted(t *testing.T) {
	data, state, one, two := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	agent, client := newHome(data, state, one), newHome(data, state, two)
	if _, ok := client.Noted(); ok {
		t.Fatal("something is noted before")
	}
	if err := agent.NoteSocket(); err != nil {
		t.Fatal(err)
	}
	if at, ok := client.Noted(); !ok || at.Socket() != agent.Socket() || at.DB() != client.DB() || at.CheckSocket() != nil {
		t.Errorf("the client finds %s: %v", at.Socket(), ok)
	}
	if _, ok := agent.Noted(); ok {
		t.Error("what everybody finds is noted")
	}
	if info, err := os.Stat(filepath.Join(data, listeningName)); err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("the note: %v, %v", info, err)
	}
	if err := client.ForgetSocket(); err != nil {
		t.Fatal(err)
	}
	if _, ok := client.Noted(); !ok {
		t.Error("what another agent noted is gone")
	}
	for _, text := range []string{"", "relative", "/a\n/b\n", "/" + string(make([]byte, maxSocketPath))} {
		if err := os.WriteFile(filepath.Join(data, listeningName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if at, ok := client.Noted(); ok {
			t.Errorf("%q is taken for %s", text, at.Socket())
		}
	}
	if err := agent.NoteSocket(); err != nil {
		t.Fatal(err)
	}
	if err := agent.ForgetSocket(); err != nil {
		t.Fatal(err)
	}
	if _, ok := client.Noted(); ok {
		t.Error("it is noted after the agent ended")
	}
	if err := client.ForgetSocket(); err != nil {
		t.Errorf("once more: %v", err)
	}
}

// A named pipe in the place of the note, or of the new one, holds nobody up.
func TestAPipeIsNoNote(t *testing.T) {
	data, state := t.TempDir(), t.TempDir()
	agent, client := newHome(data, state, t.TempDir()), newHome(data, state, t.TempDir())
	for _, name := range []string{listeningName, listeningName + ".new"} {
		if err := syscall.Mkfifo(filepath.Join(data, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if at, ok := client.Noted(); ok {
		t.Errorf("a pipe is taken for %s", at.Socket())
	}
	if err := agent.NoteSocket(); err != nil {
		t.Fatal(err)
	}
	if at, ok := client.Noted(); !ok || at.Socket() != agent.Socket() {
		t.Errorf("the client finds %s: %v", at.Socket(), ok)
	}
}
