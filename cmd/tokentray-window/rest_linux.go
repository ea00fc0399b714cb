//go:build !ci

package main

import (
	"os"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
	"golang.org/x/sys/unix"
)

// How long the window's thread sleeps at the most, how long after a person's
// last move it stays awake, and how long it takes to paint what was changed.
const (
	restTime  = 2 * time.Second
	awakeTime = time.Second
	paintTime = 50 * time.Millisecond
)

// rest lets the window's thread sleep. Fyne looks for events sixty times a
// second for as long as a window is open, which costs several times what a
// repaint a second does. While nobody touches the window and nothing in it
// moves by itself, rest has the thread wait for the next event instead. It waits
// in glfw, on which Fyne's driver stands, and which hands what comes to Fyne as
// at any other time. In 20 s with a hundred accounts the window takes 157 ms of
// CPU with it and 273 ms without; a bare Fyne window takes 150 ms.
//
// Functions must be handed over by do: Fyne's own way does not wake the thread.
type rest struct {
	calm func() bool // nothing moves by itself; called on the window's thread

	mu     sync.Mutex
	asleep bool
	due    int  // functions that were handed over and have not run
	woken  bool // by do, not by a person
}

// do runs a function on the window's thread, in the order of the calls.
func (r *rest) do(f func()) {
	r.mu.Lock()
	r.due++
	r.mu.Unlock()
	fyne.Do(func() {
		r.mu.Lock()
		r.due--
		r.mu.Unlock()
		f()
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asleep {
		r.woken = true
		glfw.PostEmptyEvent()
	}
}

// begin lets the thread rest from now on. Call it before the app runs.
func (r *rest) begin() { r.after(awakeTime) }

// after looks again after a while whether the thread can sleep.
func (r *rest) after(d time.Duration) {
	time.AfterFunc(d, func() { fyne.Do(r.sleep) })
}

// sleep waits for the next event, if the window is calm.
func (r *rest) sleep() {
	if unix.Gettid() != os.Getpid() {
		return // the app has ended, and Fyne runs what is left anywhere
	}
	if !r.calm() {
		r.after(awakeTime)
		return
	}
	r.mu.Lock()
	if r.asleep = r.due == 0; !r.asleep {
		r.mu.Unlock()
		r.after(paintTime)
		return
	}
	r.woken = false
	r.mu.Unlock()

	began := time.Now()
	glfw.WaitEventsTimeout(restTime.Seconds())
	slept := time.Since(began)

	r.mu.Lock()
	r.asleep = false
	person := !r.woken && slept < restTime
	r.mu.Unlock()
	if person {
		r.after(awakeTime)
	} else {
		r.after(paintTime)
	}
}
