package push

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
)

func tokenJob(p core.Push) Job {
	now := time.Now().Round(time.Second)
	return Job{
		Account: core.Account{ID: "0123456789abcdef", Name: "商店", Env: core.Live, AppID: "wx0123456789abcdef"},
		Push:    p, BaseURL: "https://api.example.com",
		Token: core.Token{Value: newToken, ObtainedAt: now, ExpiresAt: now.Add(2 * time.Hour), Life: 2 * time.Hour},
	}
}

func fileJob(path string, form core.PushForm, key string) Job {
	return tokenJob(core.Push{Number: 1, Kind: core.PushFile, Path: path, Form: form, Key: key})
}

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// holds checks a file's text and, where there are any, its mode.
func holds(t *testing.T, path, want string, mode fs.FileMode) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil || string(raw) != want {
		t.Errorf("%s holds %q, want %q (%v)", filepath.Base(path), raw, want, err)
	}
	if info, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != mode) {
		t.Errorf("%s has mode %v, want %v (%v)", filepath.Base(path), info.Mode(), mode, err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*.tmp"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFilesAreWritten(t *testing.T) {
	dir := t.TempDir()
	env, js, plain := filepath.Join(dir, ".env"), filepath.Join(dir, "t.json"), filepath.Join(dir, "token")
	for _, job := range []Job{fileJob(env, core.PushDotenv, "T"), fileJob(js, core.PushJSON, ""), fileJob(plain, core.PushPlain, "")} {
		if err := Deliver(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	holds(t, env, "T="+newToken+"\n", 0o600)
	holds(t, plain, newToken+"\n", 0o600)
	raw, err := os.ReadFile(js)
	if err != nil || !strings.HasPrefix(string(raw), `{"access_token":"`+newToken+`","expires_in":7`) || !strings.Contains(string(raw), `"account":"商店","env":"live"`) {
		t.Errorf("json: %s (%v)", raw, err)
	}
}

// TestModesAreKept: whoever could read the file can do so after, unless it is to
// be private; then what the owner took from himself stays taken.
func TestModesAreKept(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes here")
	}
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o600, 0o400, 0o755} {
		for _, inPlace := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), ".env")
			write(t, path, "A=1\n", mode)
			job := fileJob(path, core.PushDotenv, "T")
			if job.Push.InPlace = inPlace; inPlace && mode == 0o400 {
				continue // nobody writes it, but root
			}
			if err := Deliver(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			holds(t, path, "A=1\nT="+newToken+"\n", mode)
			if OpenToOthers(path) != (mode&0o077 != 0) {
				t.Errorf("%v is open to others: %v", mode, OpenToOthers(path))
			}
		}
	}
}

// TestOwnerAndGroupAreKept needs the rights to give files away.
func TestOwnerAndGroupAreKept(t *testing.T) {
	if os.Geteuid() != 0 || runtime.GOOS == "windows" {
		t.Skip("root alone gives files away")
	}
	path := filepath.Join(t.TempDir(), ".env")
	write(t, path, "A=1\n", 0o640)
	for _, id := range [][2]int{{0, 33}, {1000, 1000}} {
		if err := os.Chown(path, id[0], id[1]); err != nil {
			t.Skip(err)
		}
		if err := Deliver(t.Context(), fileJob(path, core.PushDotenv, "T"+strconv.Itoa(id[1]))); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || ownerOf(info) != id || info.Mode().Perm() != 0o640 {
			t.Errorf("the file is %v's, %v, want %v (%v)", ownerOf(info), info.Mode(), id, err)
		}
	}
}

// TestInPlace: the file is the very same one after, longer or shorter.
func TestInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	for _, before := range []string{"A=1\nT=old\nB=2\n", "T=" + strings.Repeat("x", 5000) + "\nB=2\n"} {
		write(t, path, before, 0o600)
		was, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		job := fileJob(path, core.PushDotenv, "T")
		job.Push.InPlace = true
		if err := Deliver(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if now, err := os.Stat(path); err != nil || !os.SameFile(was, now) {
			t.Errorf("it is another file (%v)", err)
		}
	}
	holds(t, path, "T="+newToken+"\nB=2\n", 0o600)
	fresh := fileJob(filepath.Join(t.TempDir(), "new.env"), core.PushDotenv, "T")
	fresh.Push.InPlace = true
	if err := Deliver(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	holds(t, fresh.Push.Path, "T="+newToken+"\n", 0o600)
}

// TestPrivateFiles: whatever the mode was, others may not read the token, and what
// the owner took from himself stays taken.
func TestPrivateFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes here")
	}
	for before, after := range map[fs.FileMode]fs.FileMode{0o644: 0o600, 0o666: 0o600, 0o640: 0o600, 0o600: 0o600, 0o400: 0o400, 0o755: 0o600} {
		path := filepath.Join(t.TempDir(), ".env")
		write(t, path, "A=1\n", before)
		job := fileJob(path, core.PushDotenv, "T")
		job.Push.Private = true
		if err := Deliver(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		holds(t, path, "A=1\nT="+newToken+"\n", after)
	}
	path := filepath.Join(t.TempDir(), ".env") // nothing to write, but too many may read
	write(t, path, "T="+newToken+"\n", 0o644)
	job := fileJob(path, core.PushDotenv, "T")
	job.Push.Private = true
	if err := Deliver(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "T="+newToken+"\n", 0o600)
}

func TestAFileThatIsRightStaysUntouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	write(t, path, "T='"+newToken+"' # x\n", 0o600)
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Deliver(t.Context(), fileJob(path, core.PushDotenv, "T")); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("it was replaced by the same text")
	}
}

func TestLinksAreFollowedAndStay(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "real"), 0o700); err != nil {
		t.Fatal(err)
	}
	file, link, second := filepath.Join(dir, "real", "env"), filepath.Join(dir, "link"), filepath.Join(dir, "second")
	write(t, file, "A=1\n", 0o600)
	if err := errors.Join(os.Symlink("real/env", link), os.Symlink(link, second)); err != nil {
		t.Skip(err)
	}
	if err := Deliver(t.Context(), fileJob(second, core.PushDotenv, "T")); err != nil {
		t.Fatal(err)
	}
	holds(t, file, "A=1\nT="+newToken+"\n", 0o600)
	for _, path := range []string{link, second} {
		if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", path, err)
		}
	}
	if place(second) != place(file) {
		t.Error("a link and its file are two places")
	}
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	big, binary, dangling, loop := filepath.Join(dir, "big"), filepath.Join(dir, "binary"), filepath.Join(dir, "dangling"), filepath.Join(dir, "loop")
	write(t, big, strings.Repeat("A=1\n", maxFile/4+1), 0o600)
	write(t, binary, "T=\x00", 0o600)
	if err := errors.Join(os.Symlink(filepath.Join(dir, "nowhere"), dangling), os.Symlink(loop, loop)); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{
		dir: "it is a folder", filepath.Join(dir, "no", "such"): "no such file or directory", big: "over 1 MB",
		binary: "no text file", dangling: "the link leads to", loop: "the link leads to", filepath.Join(big, "x"): "not a directory",
		os.DevNull: "no ordinary file",
	} {
		err := Deliver(t.Context(), fileJob(path, core.PushDotenv, "T"))
		e := core.AsError(err)
		if e == nil || e.Class != core.PushFailed || e.Remedy != core.RemedyPushFile || !strings.Contains(e.Message, want) || strings.Contains(e.Message, newToken) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	holds(t, binary, "T=\x00", 0o600)
}

// TestOnePlaceIsWrittenByOneAtATime: pushes of many accounts into one .env file,
// by its name and by a link, lose nothing of each other.
func TestOnePlaceIsWrittenByOneAtATime(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, ".env"), filepath.Join(dir, "link")
	write(t, path, "", 0o600)
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	r := NewRunner(Config{})
	stop := running(t, r)
	var all sync.WaitGroup
	for i := range 20 {
		job := fileJob([]string{path, link}[i%2], core.PushDotenv, "T"+string(rune('A'+i)))
		job.Push.Number = i + 1
		all.Go(func() {
			if result, err := r.Do(t.Context(), job); err != nil || result.Err != nil {
				t.Errorf("%v, %v", err, result.Err)
			}
		})
	}
	all.Wait()
	stop()
	raw, err := os.ReadFile(path)
	if n := strings.Count(string(raw), newToken); err != nil || n != 20 {
		t.Errorf("%d of 20 variables are there (%v)", n, err)
	}
}

// TestAPushOfAnotherSystemIsNotDone: it would write below the working folder, or run
// what lies on the drive of that moment.
func TestAPushOfAnotherSystemIsNotDone(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	path := `C:\x`
	if filepath.IsAbs(path) {
		path = "/x"
	}
	for _, job := range []Job{fileJob(path, core.PushPlain, ""), tokenJob(core.Push{Kind: core.PushCommand, Command: []string{path}, Timeout: time.Second})} {
		e := core.AsError(Deliver(t.Context(), job))
		if e == nil || e.Class != core.PushFailed || !strings.Contains(e.Message, path+" is a path of another system") {
			t.Errorf("%+v: %v", job.Push, e)
		}
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
		t.Errorf("written: %v, %v", names, err)
	}
}

// TestALinkThatComesMeanwhile: a link to another file comes in the place of the one that
// was examined. The other file is neither read nor written.
func TestALinkThatComesMeanwhile(t *testing.T) {
	dir := t.TempDir()
	other, path := filepath.Join(dir, "other"), filepath.Join(dir, ".env")
	const theirs, mine = "THEIRS=keep me\n", "MINE=1\n"
	write(t, other, theirs, 0o600)
	write(t, path, mine, 0o600)
	before, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, path); err != nil {
		t.Skip(err)
	}
	if _, text, err := read(path, true); err == nil || text != "" {
		t.Errorf("read gives %q, %v", text, err)
	}
	if err := unchanged(path, before); !errors.Is(err, errChanged) {
		t.Errorf("unchanged: %v", err)
	}
	if err := overwrite(path, before, "T="+newToken+"\n", 0o600); !errors.Is(err, errChanged) {
		t.Errorf("overwrite: %v", err)
	}
	holds(t, other, theirs, 0o600)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := isFile(f, before); !errors.Is(err, errChanged) {
		t.Errorf("what was opened is taken for the file: %v", err)
	}
}

// TestAnotherUsersLinkIsNeverFollowed: while pushes write a file, another user puts a link
// to a third one in its place again and again. It needs root, for that user's link.
func TestAnotherUsersLinkIsNeverFollowed(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("it needs root")
	}
	for name, inPlace := range map[string]bool{"replaced": false, "in place": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			other, path := filepath.Join(dir, "other"), filepath.Join(dir, ".env")
			const theirs, mine = "THEIRS=keep me\n", "MINE=1\n"
			write(t, other, theirs, 0o600)
			write(t, path, mine, 0o600)
			swap := func() error {
				link, plain := filepath.Join(dir, "link"), filepath.Join(dir, "plain")
				err := errors.Join(os.Symlink(other, link), os.Lchown(link, 61002, 61002), os.WriteFile(plain, []byte(mine), 0o600))
				if err == nil {
					err = errors.Join(os.Rename(link, path), os.Rename(plain, path))
				}
				return err
			}
			done, over := make(chan struct{}), make(chan error, 1)
			go func() {
				for {
					select {
					case <-done:
						over <- nil
						return
					default:
					}
					if err := swap(); err != nil {
						over <- err
						return
					}
				}
			}()
			job := fileJob(path, core.PushDotenv, "T")
			job.Push.InPlace = inPlace
			for range 300 {
				err := Deliver(t.Context(), job)
				if e := core.AsError(err); e != nil && (e.Class != core.PushFailed || strings.Contains(e.Message, newToken)) {
					t.Error(err)
				}
			}
			close(done)
			if err := <-over; err != nil {
				t.Fatal(err)
			}
			holds(t, other, theirs, 0o600)
			if raw, err := os.ReadFile(path); err != nil || strings.Contains(string(raw), "THEIRS") {
				t.Errorf("%q, %v", raw, err)
			}
		})
	}
}
