package home

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"

	"tokentray/core"
)

func TestTheLogHidesCredentialsAndIsOursAlone(t *testing.T) {
	h := testHome(t)
	if err := h.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	l := OpenLog(h)
	const token, secret = "88_tokentoken", "0a1b2c3d4e5f"
	l.Info("GET /cgi-bin/token?appid=wx1&secret="+secret, "url", "https://x/?access_token="+token+"&lang=zh")
	l.Info("body", "json", `{"access_token":"`+token+`","appSecret": "`+secret+`"}`)
	l.Error("failed", "error", errors.New("POST https://x/?secret="+secret+": refused"))
	l.Info("values", "secret", core.NewSecret(secret), "credentials", core.Credentials{Secret: core.NewSecret(secret)})
	l.Debug("not at this level")
	l.SetLevel("debug")
	l.Debug("at this level", slog.Group("group", "note", "secret="+secret))
	l.SetLevel("error")
	l.Warn("no longer at this level")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(h.Log())
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, hidden := range []string{token, secret, "not at this level", "no longer at this level"} {
		if strings.Contains(text, hidden) {
			t.Errorf("the log holds %q:\n%s", hidden, text)
		}
	}
	for _, kept := range []string{"lang=zh", "appid=wx1", "at this level", "refused"} {
		if !strings.Contains(text, kept) {
			t.Errorf("the log lacks %q:\n%s", kept, text)
		}
	}
	if info, err := os.Stat(h.Log()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v; want 0600", info.Mode(), err)
	}
}

func TestALogThatGrewTooLongIsPutAside(t *testing.T) {
	h := testHome(t)
	if err := h.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.Log(), make([]byte, maxLog+1), 0o600); err != nil {
		t.Fatal(err)
	}
	l := OpenLog(h)
	l.Info("new")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := os.Stat(h.Log() + oldLog)
	if err != nil || old.Size() != maxLog+1 {
		t.Errorf("the old log: %v, %v", old, err)
	}
	if now, err := os.Stat(h.Log()); err != nil || now.Size() > 1000 {
		t.Errorf("the new log: %v, %v", now, err)
	}
}

// A log that is written for months stays within its bounds, and the end of what
// was logged is kept. Whoever holds the file open goes on writing into the new one.
func TestALogIsPutAsideWhileItIsWritten(t *testing.T) {
	h := testHome(t)
	if err := h.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	stderr, err := OpenLogFile(h) // as the starter gives it to the agent
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	l, ok := OpenLog(h).file.(*logFile)
	if !ok {
		t.Fatal("there is no log file")
	}
	filler := strings.Repeat("x", 1000)
	const lines = 5 * maxLog / 1000
	for i := range lines {
		if _, err := fmt.Fprintf(l, "n=%d %s\n", i, filler); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := stderr.WriteString("a crash\n"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var all string
	for _, path := range []string{h.Log() + oldLog, h.Log()} {
		raw, err := os.ReadFile(path)
		if err != nil || len(raw) > maxLog+maxLog/8 {
			t.Errorf("%s: %d bytes, %v", path, len(raw), err)
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
		all += string(raw)
	}
	for i := lines - 1000; i < lines; i++ {
		if !strings.Contains(all, fmt.Sprintf("n=%d ", i)) {
			t.Fatalf("line %d of %d is lost", i, lines)
		}
	}
	if !strings.HasSuffix(all, "a crash\n") {
		t.Error("what others write is lost")
	}
}
