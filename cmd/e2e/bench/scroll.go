//go:build linux

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// How the list is scrolled: by so many turns of the wheel, in rounds in which the two
// windows take turns, so that other load affects both.
const (
	scrollRounds = 8
	scrollTurns  = 50
	scrollLimit  = 20 * time.Second       // a machine that is busy shows in the figures
	scrollPause  = 100 * time.Millisecond // without a change; longer than a frame
)

// measureScroll compares the time from a turn of the wheel to changed pixels: of our list
// and of a bare Fyne list with as many rows, on the same screen.
func (b *bench) measureScroll() error {
	bare, err := b.Start("bare", filepath.Join(b.bin, "bare"), "-rows", strconv.Itoa(accounts))
	if err != nil {
		return err
	}
	defer bare.Stop()
	if err := b.WaitPainted("^bare$", half, 30*time.Second); err != nil {
		return err
	}
	ours, err := b.Start("window", filepath.Join(b.bin, "tokentray-window"))
	if err != nil {
		return err
	}
	defer ours.Stop()
	if err := b.WaitPainted("TokenTray", half, time.Minute); err != nil {
		return err
	}
	if err := b.place("TokenTray", 660); err != nil {
		return err
	}
	if err := b.place("^bare$", 20); err != nil {
		return err
	}
	time.Sleep(3 * time.Second)
	took := map[string][]time.Duration{}
	// At most five rounds more go down than up, and no list may come to its end: ours shows
	// half of the accounts, each more than 52 units high, and moves by 75 a turn.
	turns := min(scrollTurns, (accounts/2*52-640)/(5*75))
	if turns < 1 {
		return fmt.Errorf("%d accounts are too few to scroll", accounts)
	}
	for round := range scrollRounds {
		for _, title := range []string{"^bare$", "TokenTray"} {
			some, err := b.turns(title, round%4 < 3, turns)
			if err != nil {
				return fmt.Errorf("%s: %w", title, err)
			}
			took[title] = append(took[title], some...)
		}
	}
	fmt.Printf("scrolling %d rows, from a turn of the wheel to changed pixels:\n", accounts)
	for _, title := range []string{"^bare$", "TokenTray"} {
		all := took[title]
		name := "… a bare Fyne list"
		if title != "^bare$" {
			name = "… the window"
		}
		fmt.Printf("%-58s %10.4g ms, p90 %.4g ms, p99 %.4g ms\n", name+", median", ms(median(all)), ms(part(all, 90)), ms(part(all, 99)))
	}
	b.report("… ratio of p99", ms(part(took["TokenTray"], 99))/ms(part(took["^bare$"], 99)), 1.5, "")
	return nil
}

// place moves a window on the screen.
func (b *bench) place(title string, x int) error {
	w, err := b.WaitWindow(title, 10*time.Second)
	if err != nil {
		return err
	}
	if _, err := b.Output("xdotool", "windowmove", "--sync", w.ID, strconv.Itoa(x), "60"); err != nil {
		return err
	}
	return w.Activate()
}

// turns turns the wheel over a window n times, each time once the window rests.
func (b *bench) turns(title string, down bool, n int) ([]time.Duration, error) {
	wheel, err := b.NewWheel(title)
	if err != nil {
		return nil, err
	}
	defer wheel.Close()
	time.Sleep(500 * time.Millisecond) // the pointer has come
	var took []time.Duration
	for i := range n {
		if err := wheel.Rest(scrollPause, scrollLimit); err != nil {
			return nil, err
		}
		d, err := wheel.Turn(down, scrollLimit)
		if err != nil {
			return nil, fmt.Errorf("turn %d of %d: %w", i+1, n, err)
		}
		took = append(took, d)
	}
	return took, nil
}

// part is the time below which so many of a hundred lie.
func part(d []time.Duration, percent int) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[min(len(d)-1, len(d)*percent/100)]
}
