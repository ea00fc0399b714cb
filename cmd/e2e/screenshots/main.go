//go:build linux

// Command screenshots takes the pictures of the README: the built programs on a
// real desktop, with accounts of a simulator. Run it by make screenshots.
package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/sim"
)

// width is the screen's.
const width = 1000

// age is how long the tokens age before the pictures are taken.
const age = 50 * time.Second

func main() {
	bin := flag.String("bin", "bin", "folder of tokentray and tokentray-window")
	to := flag.String("to", "assets/screenshots", "folder for the pictures")
	flag.Parse()
	if err := run(*bin, *to); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(bin, to string) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	d, err := desktop.Start(desktop.Options{Keyring: desktop.Unlocked, Panel: true, Size: fmt.Sprintf("%dx760", width)})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Backdrop(0x33, 0x41, 0x4d); err != nil {
		return err
	}
	s := &studio{Desktop: d, exe: filepath.Join(bin, "tokentray"), to: to}
	s.client = api.Dial(filepath.Join(d.Dir, "run", "tokentray", "agent.sock"))
	agent, err := s.Start("agent", s.exe, "agent")
	if err != nil {
		return err
	}
	if _, err := d.WaitTrayItem(20 * time.Second); err != nil {
		return fmt.Errorf("%w\n%s", err, agent.Output())
	}
	ctx, cancel := context.WithCancel(context.Background())
	done, err := s.addSamples(ctx)
	defer func() {
		cancel()
		<-done
	}()
	if err != nil {
		return err
	}
	time.Sleep(age)
	for _, p := range []struct{ file, language, theme string }{
		{"window-dark.png", "en", "dark"},
		{"window-light-zh.png", "zh", "light"},
	} {
		if err := s.window(p.file, p.language, p.theme); err != nil {
			return err
		}
	}
	if err := s.tray("tray.png"); err != nil {
		return err
	}
	return s.client.Stop(ctx)
}

// studio is the desktop with the agent in the pictures.
type studio struct {
	*desktop.Desktop
	exe, to string
	client  *api.Client
}

// addSamples adds the accounts of the demo. Their simulator runs until ctx ends and
// then closes done.
func (s *studio) addSamples(ctx context.Context) (done chan struct{}, err error) {
	done = make(chan struct{})
	server := sim.New(sim.Config{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		close(done)
		return done, err
	}
	go func() {
		defer close(done)
		_ = server.Serve(ctx, ln)
	}()
	base := "http://" + ln.Addr().String()
	for _, sample := range sim.Samples() {
		if err := server.Put(sample.Upstream); err != nil {
			return done, err
		}
		a, secret := sample.At(base), sample.Secret.Reveal()
		a.Auto = true
		if _, err := s.client.Add(ctx, api.AccountInput{Input: core.InputOf(a), Secret: &secret}); err != nil {
			return done, fmt.Errorf("adding %s: %w", a.Ref(), err)
		}
	}
	return done, s.client.Use(ctx, core.Sandbox)
}

// window takes a picture of the window in a language and a theme, with all accounts
// and, because it is wide enough, the details of one of them.
func (s *studio) window(file, language, theme string) error {
	ctx := context.Background()
	for key, value := range map[string]string{"language": language, "theme": theme} {
		if _, err := s.client.SetSetting(ctx, key, value); err != nil {
			return err
		}
	}
	p, err := s.Start("window", filepath.Join(filepath.Dir(s.exe), "tokentray-window"))
	if err != nil {
		return err
	}
	defer p.Stop()
	if err := s.WaitPainted("TokenTray", 0, 30*time.Second); err != nil {
		return fmt.Errorf("%w\n%s", err, p.Output())
	}
	w, err := s.WaitWindow("TokenTray", 5*time.Second)
	if err != nil {
		return err
	}
	if err := w.Activate(); err != nil {
		return err
	}
	if err := w.Resize(940, 700); err != nil {
		return err
	}
	keys := []string{"ctrl+3"} // all accounts
	for range 7 {              // the row at which Down stops then
		keys = append(keys, "Down")
	}
	if err := s.Key(keys...); err != nil {
		return err
	}
	time.Sleep(1500 * time.Millisecond) // painted by the next tick
	img, err := s.Screenshot(w.ID)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, p.Output())
	}
	return s.save(file, img)
}

// tray takes a picture of the icon with its menu, which opens below the right end of
// the panel.
func (s *studio) tray(file string) error {
	if _, err := s.client.SetSetting(context.Background(), "language", "en"); err != nil {
		return err
	}
	time.Sleep(time.Second)
	if _, err := s.Output("xdotool", "mousemove", strconv.Itoa(width-16), "16", "click", "3"); err != nil {
		return err
	}
	time.Sleep(time.Second)
	img, err := s.Screenshot("")
	if err != nil {
		return err
	}
	part, ok := img.(interface {
		SubImage(r image.Rectangle) image.Image
	})
	if !ok {
		return fmt.Errorf("the picture, a %T, cannot be cut", img)
	}
	return s.save(file, part.SubImage(image.Rect(width-300, 0, width, 500)))
}

func (s *studio) save(file string, img image.Image) error {
	path := filepath.Join(s.to, file)
	fmt.Println(path, img.Bounds().Size())
	return desktop.SavePNG(path, img)
}
