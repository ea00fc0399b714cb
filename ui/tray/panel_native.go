//go:build windows || (darwin && cgo)

package tray

import (
	"context"
	"runtime"
	"sync"

	"fyne.io/systray"
)

// title does nothing: macOS would show it beside the icon.
func (p *panel) title(string) {}

// run shows the icon while loop runs. Messages of the tray's window go to the thread
// that made it, so systray stays on the calling goroutine and loop gets its own.
func (p *panel) run(ctx context.Context, loop func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var err error
	begun := make(chan struct{})
	made := waiter()
	systray.SetOnTapped(p.tapped(ctx, doOpen))
	wg.Go(func() {
		defer cancel()
		if !made(ctx, begun) {
			return
		}
		wg.Go(func() { p.listen(ctx) })
		err = loop()
		systray.Quit()
	})
	systray.Run(func() {
		p.ready()
		p.cfg.State(Shown)
		close(begun)
	}, cancel)
	cancel()
	wg.Wait()
	return err
}
