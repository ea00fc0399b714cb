package window

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core/api"
	"tokentray/core/kinds"
)

// Config is what a window needs.
type Config struct {
	// Connect returns the agent and starts one first when none runs. It is
	// called again whenever the agent went without a bye. An error whose remedy
	// is core.RemedyRestart means an agent of another API number.
	Connect func(context.Context) (Agent, error)
	// First is the picture that the agent gave before the window was made, so that
	// the first frame shows the list; nil when there is none.
	First *api.List
	// Kinds are those of this version, until the agent has sent its own; the zero
	// set means those without presets.
	Kinds kinds.Set
	// Restart ends an agent of another API number; Connect then starts ours.
	Restart func(context.Context) error
	// Demo starts the simulator with a throw-away home of its own. ended is called
	// once when it has ended, on any goroutine.
	Demo func(ended func()) error
	// Do runs a function on the goroutine of the user interface, in the order
	// of the calls: fyne.Do.
	Do func(func())
	// Now is the wall clock; nil means the machine's.
	Now func() time.Time
	// OpenURL shows a page in the browser; nil means the app's.
	OpenURL func(*url.URL) error
	// ReadClipboard reads the text on the desktop's clipboard within its own
	// deadline, even if the program that owns it hangs. nil: the toolkit reads. An
	// error with core.RemedyClipboard means that there is none, and the toolkit is
	// asked after all.
	ReadClipboard func(context.Context) (string, error)
	// Choose lets a person choose a file, or a folder, and returns its path, empty
	// for none; nil: the toolkit's dialog. at is the folder to begin in.
	Choose func(folder bool, at string) string
	// TryDoor makes a request to the HTTP API of this machine with a client key; nil:
	// api.TryDoor.
	TryDoor func(context.Context, api.DoorTry) (api.DoorAnswer, error)
	// Manager finds the clipboard manager that runs; nil: there is none.
	Manager func(context.Context) (Manager, bool)
	// Rescale applies a text size in percent; nil does nothing.
	Rescale func(percent int)
	// Scheme reports whether the desktop is dark, first and at each change, until
	// ctx ends; nil leaves that to the toolkit.
	Scheme func(ctx context.Context, tell func(dark bool))
	// Kept is the window's saved state, and Keep saves it when the window closes:
	// sizes and the ID of an account. Nil: nothing is saved.
	Kept []byte
	Keep func([]byte) error
	// PlaceOf tells where on the screen a window is, and PutAt has the next one open
	// there; nil leaves that to the desktop.
	PlaceOf func(fyne.Window) (Place, bool)
	PutAt   func(Place)
	Closed  func()       // called when the window is gone and its places are kept; nil: nobody waits
	Log     *slog.Logger // nil discards
}

// Place is where on the screen the content of a window begins, in pixels.
type Place struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Manager is a clipboard manager: what is known of it by ID, its name, and what it
// does with confidential content. Hint and Since are those of package clipboard.
type Manager struct{ ID, Name, Hint, Since string }

// keeps reports whether it may keep a copy in a history.
func (m *Manager) keeps() bool {
	return m.Hint == "ignored" || m.Hint == "since" || m.Hint == "unknown"
}
