//go:build !windows && !darwin

package clipboard

import (
	"testing"
	"time"
)

// The first paste counts, the reads of programs that watch the clipboard do not.
func TestTheFirstPaste(t *testing.T) {
	const text, late = "UTF8_STRING", 10 * time.Second
	type read struct {
		program uint32
		target  string
		at      time.Duration
	}
	for name, c := range map[string]struct {
		reads []read
		want  int // which of the reads is the paste, from 1; 0: none
	}{
		"a paste":                            {[]read{{1, "TARGETS", late}, {1, text, late}, {1, text, late}}, 2},
		"in one request":                     {[]read{{1, "MULTIPLE", late}}, 1},
		"the forms alone":                    {[]read{{1, "TARGETS", late}, {1, "TIMESTAMP", late}}, 0},
		"at once":                            {[]read{{1, text, time.Millisecond}}, 0},
		"at once, then again":                {[]read{{1, text, time.Millisecond}, {1, text, late}, {2, text, late}}, 3},
		"asks whether it is a secret":        {[]read{{1, secretHint, late}, {1, text, late}}, 0},
		"a known manager":                    {[]read{{7, text, late}, {7, text, late}, {1, text, late}}, 3},
		"asked for the forms only at once":   {[]read{{1, "TARGETS", time.Millisecond}, {1, text, late}}, 2},
		"a form that nobody offers any more": {[]read{{1, "CLIPBOARD", late}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			p := newPastes(begin)
			pasted := 0
			for i, r := range c.reads {
				p.after = func(d time.Duration, _ func()) {
					if pasted = i + 1; d != pasteGrace {
						t.Errorf("it stays for %v", d)
					}
				}
				p.note(r.program, r.target, begin.Add(r.at), func() string {
					if r.program == 7 {
						return "copyq"
					}
					return "editor"
				})
			}
			if pasted != c.want {
				t.Errorf("read %d is the paste, want %d", pasted, c.want)
			}
		})
	}
}

// A text that may be pasted once is gone afterwards, read by a real program.
func TestPastedOnce(t *testing.T) {
	d := newDesk(t)
	d.SetHabits(false, true)
	d.copy(t, token, 0)
	own := d.cur.owner.(*x11Owner)
	own.release() // the next one begins earlier
	d.wantGone(t, Replaced)

	o, err := x11Board{session: d.Session()}.newOwner(token, true)
	if err != nil {
		t.Fatal(err)
	}
	defer o.release()
	if o.pasted() != nil {
		t.Error("it counts pastes without being told to")
	}
	old := newPastes(time.Now().Add(-time.Minute))
	old.after = func(_ time.Duration, f func()) { f() }
	p, err := ownedOnce(d.Session(), token, old)
	if err != nil {
		t.Fatal(err)
	}
	defer p.release()
	d.wantPaste(t, token)
	<-p.pasted()
}

// ownedOnce is newOwner with pastes that the test has made.
func ownedOnce(s Session, text string, pastes *pastes) (*x11Owner, error) {
	c, err := dialX11(s)
	if err != nil {
		return nil, err
	}
	o := x11Board{session: s}.owner(c, text, true)
	o.pastes = pastes
	if err := o.acquire(); err != nil {
		return nil, err
	}
	go o.serve()
	return o, nil
}

func TestManagerOf(t *testing.T) {
	for process, want := range map[string]string{
		"xfce4-clipman": "clipman", "panel-6-clipman": "clipman", "panel-6-systray": "", "copyq": "copyq", "plasmashell": "klipper",
		"bash": "", "": "",
	} {
		if p, ok := managerOf(process); p.ID != want || ok != (want != "") {
			t.Errorf("%q is %+v, %v", process, p, ok)
		}
	}
}

func TestInSession(t *testing.T) {
	s := Session{Display: ":1", WaylandDisplay: "wayland-1"}
	for env, want := range map[string]bool{
		"A=B\x00DISPLAY=:1.0\x00C=D": true, "DISPLAY=:1": true, "DISPLAY=:2": false, "DISPLAY=:11": false,
		"WAYLAND_DISPLAY=wayland-1": true, "WAYLAND_DISPLAY=wayland-0": false, "WAYLAND_DISPLAY=": false, "": false,
	} {
		if got := inSession([]byte(env), s); got != want {
			t.Errorf("%q: %v", env, got)
		}
	}
}
