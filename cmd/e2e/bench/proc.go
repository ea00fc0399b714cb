//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticks returns the CPU time that a process has used, in ticks of 10 ms.
func ticks(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is the name in brackets and may contain spaces. User and
	// system time are fields 14 and 15.
	rest := string(b[strings.LastIndexByte(string(b), ')')+1:])
	f := strings.Fields(rest)
	user, err1 := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("reading the CPU time of process %d: %q", pid, rest)
	}
	return user + system, nil
}

// memory is the memory of a process, in MB.
type memory struct {
	resident float64 // all its pages in memory
	private  float64 // those that belong to no file and are not shared, so that the system cannot drop them
}

func memoryOf(pid int) (memory, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return memory{}, err
	}
	resident, err := field(string(b), "Rss:")
	if err != nil {
		return memory{}, err
	}
	private, err := field(string(b), "Private_Dirty:")
	return memory{float64(resident) / 1024, float64(private) / 1024}, err
}

// wakeups counts how often each process woke. One event wakes several threads one
// after the other, so it counts half seconds in which any thread went to sleep.
func wakeups(watch time.Duration, pids ...int) ([]int, error) {
	const step = 500 * time.Millisecond
	n, last := make([]int, len(pids)), make([]int, len(pids))
	for end := time.Now().Add(watch); ; time.Sleep(step) {
		for i, pid := range pids {
			now, err := switches(pid)
			if err != nil {
				return nil, err
			}
			if last[i] != 0 && now != last[i] {
				n[i]++
			}
			last[i] = now
		}
		if time.Now().After(end) {
			return n, nil
		}
	}
}

// switches counts how often the threads of a process went to sleep.
func switches(pid int) (int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("process %d has no threads to watch", pid)
	}
	sum := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has ended
		}
		n, err := field(string(b), "voluntary_ctxt_switches:")
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func field(status, name string) (int, error) {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return 0, fmt.Errorf("%s is not in the status of the process", name)
}
