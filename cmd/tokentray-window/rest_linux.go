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

// How long the window's thread sleeps at most, how long it stays awake after the last
// input, and how long it needs to paint a change.
const (
	restTime  = 2 * time.Second
	awakeTime = time.Second
	paintTime = 50 * time.Millisecond
)

// rest lets the window's thread sleep. Fyne polls for events sixty times a second
// while a window is open. That costs several times as much as a repaint each second.
// While there is no input and nothing moves by itself, rest makes the thread wait for
// the next event instead. It waits in glfw, which Fyne's driver uses, so events reach
// Fyne as usual. In 20 s with a hundred accounts the window uses 157 ms of CPU with
// rest and 273 ms without; a bare Fyne window uses 150 ms.
//
// Functions must be queued with do: Fyne's own queue does not wake the thread.
type rest struct {
	calm func() bool // nothing moves by itself; called on the window's thread

	mu     sync.Mutex
	asleep bool
	due    int  // functions that are queued and have not run
	woken  bool // by do, not by input
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

// begin lets the thread rest from now on. It must be called before the app runs.
func (r *rest) begin() {
	keepHeap()
	r.after(awakeTime)
}

// after checks again after a while whether the thread can sleep.
func (r *rest) after(d time.Duration) {
	time.AfterFunc(d, func() { fyne.Do(r.sleep) })
}

// sleep waits for the next event, if the window is calm.
func (r *rest) sleep() {
	if unix.Gettid() != os.Getpid() {
		return // the app has ended, and Fyne runs the rest on any thread
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
