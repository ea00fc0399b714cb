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

// ticks is the CPU time that a process has used, in ticks of 10 ms.
func ticks(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is the name in brackets and may hold blanks; user and
	// system time are the 14th and the 15th.
	rest := string(b[strings.LastIndexByte(string(b), ')')+1:])
	f := strings.Fields(rest)
	user, err1 := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("reading the CPU time of process %d: %q", pid, rest)
	}
	return user + system, nil
}

// resident is the resident memory of a process in KB.
func resident(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return field(string(b), "VmRSS:")
}

// wakeups watches a process and counts how often it woke. One cause wakes
// several threads at once, so what is counted are the tenths of a second in
// which any of its threads gave the processor back.
func wakeups(pid int, watch time.Duration) (int, error) {
	const step = 100 * time.Millisecond
	n, last := 0, -1
	for end := time.Now().Add(watch); time.Now().Before(end); time.Sleep(step) {
		now, err := switches(pid)
		if err != nil {
			return 0, err
		}
		if last >= 0 && now != last {
			n++
		}
		last = now
	}
	return n, nil
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
