package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/launch"
	"tokentray/core/sim"
	"tokentray/ui/cli"
)

// demoFolder begins the name of a demo's home.
const demoFolder = "tokentray-demo-"

// raiseDemo brings the window of a demo of ours that runs already to the front. It reports
// whether there is one.
func raiseDemo(ctx context.Context) bool {
	homes, _ := filepath.Glob(filepath.Join(os.TempDir(), demoFolder+"*"))
	for _, dir := range homes {
		at, err := home.Find(dir)
		if err != nil || at.CheckSocket() != nil {
			continue // another user's
		}
		at, runs := launch.Find(ctx, at)
		if !runs {
			continue
		}
		client := api.Dial(at.Socket())
		ctx, cancel := context.WithTimeout(ctx, farewell)
		n, err := client.Open(ctx, api.Showing{})
		cancel()
		client.Close()
		if err == nil && n > 0 {
			return true
		}
	}
	return false
}

// farewell is how long the window may take to close after the agent ends.
const farewell = 3 * time.Second

// demo is cli.Parts.Demo: a home in a temporary folder, the simulator in this
// process, and sample accounts. However it ends, it leaves nothing behind.
func (p program) demo(ctx context.Context, o cli.DemoOptions, show func(context.Context, cli.Demo) error) (err error) {
	if o.Window && raiseDemo(ctx) {
		return show(ctx, cli.Demo{Raised: true})
	}
	dir, err := os.MkdirTemp("", demoFolder)
	if err != nil {
		return fmt.Errorf("make the demo's folder: %w; free some space or set TMPDIR", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	at, err := home.Find(dir)
	if err != nil {
		return err
	}

	upstream := sim.New(sim.Config{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	base := "http://" + ln.Addr().String()
	house, err := p.build(at, true, home.OpenLog)
	if err != nil {
		_ = ln.Close()
		return err
	}

	// These end in order below, not with ctx: first the agent, which closes the
	// window, then the simulator.
	lasting, end := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	wg.Go(func() { _ = upstream.Serve(lasting, ln) })
	shown, hide := context.WithCancel(ctx)
	defer hide()
	served, ready := make(chan error, 1), make(chan struct{})
	wg.Go(func() {
		defer hide()
		// macOS needs the tray on the main goroutine, which shows the table here.
		served <- house.run(lasting, o.Window && runtime.GOOS != "darwin", func() { close(ready) })
	})
	select {
	case <-ready:
	case err := <-served:
		return err
	}
	demo := cli.Demo{Agent: house.service, Home: dir, Sim: base}
	var window *child
	if o.Window {
		if window, demo.WindowErr = startWindow(dir); window != nil {
			demo.Window = window.ended
		}
	}
	wg.Go(func() { seed(shown, house.service, upstream, base) })

	err = show(shown, demo)
	if ctx.Err() == nil && shown.Err() != nil {
		err = nil // the agent was stopped, by Quit or tokentray stop
	}
	hide()
	_ = house.service.Stop(lasting)
	err = errors.Join(err, <-served)
	window.close()
	return err
}

// seed gives the sample accounts to the simulator and the agent, all at once because
// one of them is slow.
func seed(ctx context.Context, a api.Agent, upstream *sim.Server, base string) {
	var wg sync.WaitGroup
	for _, s := range sim.Samples() {
		if upstream.Put(s.Upstream) != nil {
			continue // impossible: the samples are tested
		}
		acc, secret := s.At(base), s.Secret.Reveal()
		wg.Go(func() {
			// A refusal is part of the demo and is visible in the list.
			_, _ = a.Add(ctx, api.AccountInput{Input: core.InputOf(acc), Secret: &secret})
		})
	}
	wg.Wait()
}

// toolkitEnv makes Fyne keep its files in a folder, as far as variables do that: on
// Linux its preferences, on Windows what it caches.
func toolkitEnv(dir string) []string {
	return []string{"XDG_CONFIG_HOME=" + dir, "LOCALAPPDATA=" + dir}
}

// demoID is what the window of a demo calls itself where Fyne's preferences have a
// fixed place, so that they are not those of the window that people keep.
const demoID = "io.tokentray.TokenTray.demo"

// forgetPreferences removes what Fyne kept for the demo's window in a fixed place.
func forgetPreferences() error {
	var place []string
	switch runtime.GOOS {
	case "windows":
		place = []string{"AppData", "Roaming", "fyne"}
	case "darwin":
		place = []string{"Library", "Preferences", "fyne"}
	}
	user, err := os.UserHomeDir()
	if err != nil || place == nil {
		return nil // Fyne has no place there either
	}
	dir := filepath.Join(append([]string{user}, place...)...)
	err = os.RemoveAll(filepath.Join(dir, demoID))
	_ = os.Remove(dir) // it stays if another program's preferences are there
	return err
}

// child is a window program that this process started and waits for.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

func startWindow(home string) (*child, error) {
	cmd, err := windowCommand(home)
	if err != nil {
		return nil, err
	}
	// Fyne keeps preferences of its own. Here they are removed with the home.
	cmd.Env = append(cmd.Env, toolkitEnv(home)...)
	cmd.Args = append(cmd.Args, "--join") // a late window must not start the agent again
	if err := cmd.Start(); err != nil {
		return nil, noWindow(err)
	}
	c := &child{cmd, make(chan struct{})}
	go func() { // ends with the child; close waits for that
		_ = cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

// close waits for the window, which closes when the agent ends, and kills it if it
// does not.
func (c *child) close() {
	if c == nil {
		return
	}
	t := time.NewTimer(farewell)
	defer t.Stop()
	select {
	case <-c.ended:
	case <-t.C:
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
	_ = forgetPreferences() // they hold no more than the window's own marks
}
