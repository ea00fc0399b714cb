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
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/sim"
)

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
	d, err := desktop.Start(desktop.Options{Keyring: desktop.Unlocked, Panel: true, Size: "1000x760"})
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
	for _, p := range []struct{ file, language, theme string }{
		{"window-light.png", "en", "light"},
		{"window-dark.png", "en", "dark"},
		{"window-light-zh.png", "zh", "light"},
		{"window-dark-zh.png", "zh", "dark"},
	} {
		if err := s.window(p.file, p.language, p.theme); err != nil {
			return err
		}
	}
	return s.client.Stop(ctx)
}

// studio is the desktop with an agent that is photographed.
type studio struct {
	*desktop.Desktop
	exe, to string
	client  *api.Client
}

// addSamples gives the agent the accounts of the demo, and a simulator that
// runs until ctx ends; done then closes.
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
		a, secret := sample.Account, sample.Secret.Reveal()
		if _, err := s.client.Add(ctx, api.AccountInput{
			Name: &a.Name, Env: &a.Env, Kind: &a.Kind, Product: &a.Product, AppID: &a.AppID,
			AllowLive: &a.AllowLive, BaseURL: &base, Secret: &secret,
		}); err != nil {
			return done, fmt.Errorf("adding %s: %w", a.Ref(), err)
		}
	}
	return done, s.client.Use(ctx, core.Sandbox)
}

// window takes a picture of the window as it opens in that language and theme.
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
	// All accounts, as Ctrl+3 shows them, and a second for the first tick.
	if err := w.Activate(); err != nil {
		return err
	}
	if err := s.Key("ctrl+3"); err != nil {
		return err
	}
	time.Sleep(1500 * time.Millisecond)
	img, err := s.Screenshot(w.ID)
	if err != nil {
		return err
	}
	return s.save(file, img)
}

func (s *studio) save(file string, img image.Image) error {
	path := filepath.Join(s.to, file)
	fmt.Println(path, img.Bounds().Size())
	return desktop.SavePNG(path, img)
}
