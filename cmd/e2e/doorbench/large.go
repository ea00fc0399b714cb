//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The sizes of bodies, and the bounds of what they may add to memory.
const (
	download = 1 << 30
	transfer = 320 << 20 // up and down, by the door and by tokentray call
	mostMore = 8         // MB more of the agent at the peak
	mostCall = 16        // MB more of tokentray call than a short call takes
)

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// large measures what long bodies add to the memory of the agent, and of tokentray call.
func (b *bench) large(base, key string) error {
	get := func(query string) func() (int64, error) {
		return func() (int64, error) {
			resp, err := b.send(http.MethodGet, base+"/cgi-bin/media/get"+query, key, nil, 0)
			if err != nil {
				return 0, err
			}
			defer resp.Body.Close()
			return io.Copy(io.Discard, resp.Body)
		}
	}
	post := func(length int64) func() (int64, error) {
		return func() (int64, error) {
			resp, err := b.send(http.MethodPost, base+"/cgi-bin/media/upload", key, io.LimitReader(zeros{}, transfer), length)
			if err != nil {
				return 0, err
			}
			defer resp.Body.Close()
			var got struct{ Size int64 }
			err = json.NewDecoder(resp.Body).Decode(&got)
			return got.Size, err
		}
	}
	for _, one := range []struct {
		name string
		size int64
		run  func() (int64, error)
	}{
		{"a download of 1 GB adds at its peak", download, get("")},
		{"an upload of 320 MB adds at its peak", transfer, post(transfer)},
		{"an upload of 320 MB of unknown length", transfer, post(-1)},
	} {
		n, more, err := b.peak(one.run)
		if err != nil || n != one.size {
			return fmt.Errorf("%s: %d bytes went through: %w", one.name, n, err)
		}
		b.report(one.name, more, "MB", fmt.Sprint("under ", mostMore), more < mostMore)
	}
	return b.largeCommands()
}

// largeCommands measures the flags of tokentray call that take and give files.
func (b *bench) largeCommands() error {
	in, out := filepath.Join(b.dir, "in"), filepath.Join(b.dir, "out")
	if err := os.WriteFile(in, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(in, transfer); err != nil {
		return err
	}
	defer func() { _, _ = os.Remove(in), os.Remove(out) }()
	short, _, err := b.call("/cgi-bin/menu/get")
	if err != nil {
		return err
	}
	for _, one := range []struct {
		name string
		args []string
	}{
		{"--form with 320 MB", []string{"/cgi-bin/media/upload", "--form", "media=@" + in, "-q", ".size"}},
		{"--input of 320 MB", []string{"/cgi-bin/media/upload", "--input", in, "-q", ".size"}},
		{"--output of 320 MB", []string{"/cgi-bin/media/get?short=1", "--output", out}},
	} {
		var own int64
		n, more, err := b.peak(func() (int64, error) {
			used, said, err := b.call(one.args...)
			own = used
			if err != nil || one.args[1] == "--output" {
				return sizeOf(out), err
			}
			var n int64
			_, err = fmt.Sscan(said, &n)
			return n, err
		})
		if err != nil || n < transfer || n > transfer+1024 { // a form has its frame
			return fmt.Errorf("%s: %d bytes went through: %w", one.name, n, err)
		}
		b.report("call "+one.name+": the agent has more", more, "MB", fmt.Sprint("under ", mostMore), more < mostMore)
		extra := float64(own-short) / (1 << 20)
		b.report("call "+one.name+": it takes more itself", extra, "MB", fmt.Sprint("under ", mostCall), extra < mostCall)
	}
	return nil
}

// call runs tokentray call, and returns its memory at the peak and what it printed.
func (b *bench) call(args ...string) (int64, string, error) {
	cmd := exec.Command(b.exe, append([]string{"call", "caller/sandbox"}, args...)...)
	cmd.Env = b.env
	out, err := cmd.Output()
	if err != nil {
		return 0, "", fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10, string(out), nil
}

// peak runs something and returns by how much the agent's memory grew, in MB.
func (b *bench) peak(run func() (int64, error)) (n int64, more float64, err error) {
	status, err := b.client.Status(context.Background())
	if err != nil {
		return 0, 0, err
	}
	before, err := resident(status.PID)
	if err != nil {
		return 0, 0, err
	}
	peak, watched := before, make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if now, err := resident(status.PID); err == nil {
					peak = max(peak, now)
				}
			case <-watched:
				return
			}
		}
	})
	n, err = run()
	close(watched)
	wait.Wait()
	return n, float64(peak-before) / (1 << 20), err
}

// send makes a call at the door.
func (b *bench) send(method, url, key string, body io.Reader, length int64) (*http.Response, error) {
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = length
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		err = fmt.Errorf("%s: HTTP %d", url, resp.StatusCode)
	}
	return resp, err
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
