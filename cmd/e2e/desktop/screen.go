//go:build linux

package desktop

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jezek/xgb/xproto"
)

// Window is a window on the screen, by its X identifier.
type Window struct {
	ID string
	d  *Desktop
}

// Windows lists the visible windows whose title fits the regular expression.
func (d *Desktop) Windows(title string) []Window {
	out, err := d.Output("xdotool", "search", "--onlyvisible", "--name", title)
	if err != nil { // xdotool fails when there is none
		return nil
	}
	var ws []Window
	for _, id := range strings.Fields(out) {
		ws = append(ws, Window{id, d})
	}
	return ws
}

// WaitWindow waits until exactly one visible window has that title.
func (d *Desktop) WaitWindow(title string, limit time.Duration) (Window, error) {
	var w Window
	err := Until(limit, "a window "+title, func() error {
		ws := d.Windows(title)
		if len(ws) != 1 {
			return fmt.Errorf("%d are there", len(ws))
		}
		w = ws[0]
		return nil
	})
	return w, err
}

// Geometry is where the window is on the screen.
func (w Window) Geometry() (image.Rectangle, error) {
	out, err := w.d.Output("xdotool", "getwindowgeometry", "--shell", w.ID)
	if err != nil {
		return image.Rectangle{}, fmt.Errorf("finding window %s: %w", w.ID, err)
	}
	v := map[string]int{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		v[key], _ = strconv.Atoi(value)
	}
	return image.Rect(v["X"], v["Y"], v["X"]+v["WIDTH"], v["Y"]+v["HEIGHT"]), nil
}

// Activate brings the window to the front and gives it the keyboard.
func (w Window) Activate() error {
	if out, err := w.d.Output("xdotool", "windowactivate", "--sync", w.ID); err != nil {
		return fmt.Errorf("activating window %s: %w %s", w.ID, err, out)
	}
	return nil
}

// Active reports whether the window has the keyboard.
func (w Window) Active() bool {
	out, err := w.d.Output("xdotool", "getactivewindow")
	return err == nil && strings.TrimSpace(out) == w.ID
}

// Resize gives the window another size.
func (w Window) Resize(width, height int) error {
	if out, err := w.d.Output("xdotool", "windowsize", "--sync", w.ID, strconv.Itoa(width), strconv.Itoa(height)); err != nil {
		return fmt.Errorf("resizing window %s: %w %s", w.ID, err, out)
	}
	return nil
}

// Click moves the pointer to a place in the window and clicks.
func (w Window) Click(x, y int) error {
	// Not --sync, with which xdotool waits 15 s for a pointer that is there already.
	_, err := w.d.Output("xdotool", "mousemove", "--window", w.ID, strconv.Itoa(x), strconv.Itoa(y), "click", "1")
	return err
}

// Key presses keys, such as ctrl+f or Return, in the window that is active.
func (d *Desktop) Key(keys ...string) error {
	_, err := d.Output("xdotool", append([]string{"key", "--clearmodifiers"}, keys...)...)
	return err
}

// Type types a text into the window that is active.
func (d *Desktop) Type(text string) error {
	// Not on its command line, where secrets are searched for.
	_, _, err := d.Run(strings.NewReader(text), "xdotool", "type", "--clearmodifiers", "--delay", "20", "--file", "-")
	return err
}

// Close asks the window manager to close the window, as the button in its
// frame does.
func (w Window) Close() error {
	id, err := strconv.ParseUint(w.ID, 10, 32)
	if err != nil {
		return err
	}
	x, err := w.d.connect()
	if err != nil {
		return err
	}
	defer x.Close()
	closing, err := atom(x, "_NET_CLOSE_WINDOW")
	if err != nil {
		return err
	}
	const fromPager = 2
	e := xproto.ClientMessageEvent{
		Format: 32, Window: xproto.Window(id), Type: closing,
		Data: xproto.ClientMessageDataUnionData32New([]uint32{0, fromPager, 0, 0, 0}),
	}
	return xproto.SendEventChecked(x, false, xproto.Setup(x).DefaultScreen(x).Root,
		xproto.EventMaskSubstructureRedirect|xproto.EventMaskSubstructureNotify, string(e.Bytes())).Check()
}

// Screenshot takes a picture of the screen, or of the one window named.
func (d *Desktop) Screenshot(window string) (image.Image, error) {
	if window == "" {
		window = "root"
	}
	out, stderr, err := d.Run(nil, "import", "-window", window, "png:-")
	if err != nil {
		return nil, fmt.Errorf("taking a picture: %w: %s", err, stderr)
	}
	img, err := png.Decode(strings.NewReader(out))
	if err != nil {
		return nil, fmt.Errorf("taking a picture: %w", err)
	}
	return img, nil
}

// SavePNG writes a picture to a file.
func SavePNG(path string, img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// Clipboard reads the clipboard as another program would: its text, and the
// other formats that its owner offers. Both are empty when nobody owns it.
func (d *Desktop) Clipboard() (text string, targets []string) {
	out, err := d.Output("xclip", "-selection", "clipboard", "-t", "TARGETS", "-o")
	if err != nil {
		return "", nil
	}
	text, err = d.ClipboardAs("UTF8_STRING")
	if err != nil {
		return "", strings.Fields(out)
	}
	return text, strings.Fields(out)
}

// ClipboardAs reads the clipboard in one of the formats offered.
func (d *Desktop) ClipboardAs(target string) (string, error) {
	out, stderr, err := d.Run(nil, "xclip", "-selection", "clipboard", "-t", target, "-o")
	if err != nil {
		return "", fmt.Errorf("reading the clipboard as %s: %w: %s", target, err, stderr)
	}
	return out, nil
}

// SetClipboard puts a text on the clipboard, as another program would.
func (d *Desktop) SetClipboard(text string) error {
	// xclip stays to serve the text; -quiet keeps it in the foreground.
	p := d.command("xclip", "xclip", "-selection", "clipboard", "-quiet", "-i")
	p.cmd.Stdin, p.log = strings.NewReader(text), os.DevNull // it counts every reader
	if err := p.start(); err != nil {
		return err
	}
	return Until(30*time.Second, "the clipboard", func() error {
		if got, _ := d.Clipboard(); got != text {
			return fmt.Errorf("it holds %d other bytes", len(got))
		}
		return nil
	})
}
