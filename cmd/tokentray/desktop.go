package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"tokentray/core/agent"
	"tokentray/core/api"
	"tokentray/core/autostart"
	"tokentray/core/clipboard"
	"tokentray/core/durable"
	"tokentray/core/home"
	"tokentray/core/launch"
	"tokentray/ui/notify"
	"tokentray/ui/text"
	"tokentray/ui/tray"
)

// desktop describes the desktop where this process was started.
func desktop() api.Session {
	s := clipboard.EnvSession()
	return api.Session{Display: s.Display, WaylandDisplay: s.WaylandDisplay, XAuthority: s.XAuthority, DBus: busAddress()}
}

// latest passes on desktops. Only the newest counts.
type latest chan api.Session

func newLatest() latest { return make(latest, 1) }

// put replaces a desktop that was not taken yet.
func (l latest) put(s api.Session) {
	for {
		select {
		case l <- s:
			return
		default:
		}
		select {
		case <-l:
		default:
		}
	}
}

// words returns the sentences of a language for the kinds that the agent has now.
func (h *house) words(lang text.Lang) *text.Text {
	set, _ := h.service.Kinds(context.Background()) // the agent is in this process, so this cannot fail
	return h.text.In(lang).Knowing(set)
}

// tray shows the icon until ctx ends. If it fails, the agent goes on without an icon.
func (h *house) tray(ctx context.Context) {
	err := tray.Run(ctx, tray.Config{
		Agent: h.service, Words: h.words, State: h.service.SetTray, Sessions: h.forTray, Log: h.log.Logger,
	})
	if err != nil && ctx.Err() == nil {
		h.log.Warn("the tray ended", "error", err)
	}
}

// notify shows notifications until ctx ends. If it fails, the agent goes on without
// them.
func (h *house) notify(ctx context.Context) {
	err := notify.Run(ctx, notify.Config{
		Agent: h.service, Words: h.words, Bus: desktop().DBus, Sessions: h.forNotices, Log: h.log.Logger,
		Home: h.folder(), Revive: h.revival(),
		Load: func() ([]byte, error) { return readTold(h.home.Told()) },
		Save: func(told []byte) error {
			return durable.Write(h.home.Told(), func(w io.Writer) error {
				_, err := w.Write(told)
				return err
			})
		},
	})
	if err != nil && ctx.Err() == nil {
		h.log.Warn("notifications ended", "error", err)
	}
}

// revival is the command that starts this home's agent without a console, nil if there
// is none.
func (h *house) revival() []string {
	exe, err := launch.FindProgram(windowProgram)
	if err != nil {
		return nil
	}
	command := []string{exe, "--agent-only"}
	if dir := h.folder(); dir != "" {
		command = append(command, "--home", dir)
	}
	return command
}

// maxTold limits the file of shown notifications. Ten thousand accounts need far
// less.
const maxTold = 4 << 20

// readTold reads which notifications were shown. A missing file means none.
func readTold(path string) ([]byte, error) {
	f, err := durable.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxTold))
}

// openSearch opens the window, or brings it to the front, with the keyboard in its
// search.
func (h *house) openSearch() {
	if _, err := h.service.Open(context.Background(), api.Showing{Page: api.PageSearch, Start: true}); err != nil {
		h.log.Warn("the hotkey opened no window", "error", err)
	}
}

// login returns the system's entry that starts the agent at login. It is nil for a
// home other than the platform's own, because an agent started at login would not
// know that home.
func login(h home.Home) agent.Login {
	own, err := home.Find("")
	if err != nil || own != h || os.Getenv(home.Variable) != "" {
		return nil
	}
	return autostart.New(launch.FindProgram)
}
