package main

import (
	"bytes"
	"io"
	"os"
	"os/user"
	"runtime"
	"strings"

	"tokentray/core/durable"
	"tokentray/core/home"
	"tokentray/ui/cli"
)

// How much of the log a report contains.
const (
	reportBytes = 32 << 10
	reportLines = 100
)

// machine is cli.Parts.Machine.
func machine(dir string) cli.Machine {
	m := cli.Machine{System: runtime.GOOS}
	if release, _, err := durable.Read("/etc/os-release", 64<<10); err == nil {
		for line := range strings.Lines(string(release)) {
			if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
				m.System = strings.Trim(strings.TrimSpace(name), `"'`)
			}
		}
	}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(kernel))
	}
	if host, err := os.Hostname(); err == nil {
		m.Private = append(m.Private, host)
	}
	if u, err := user.Current(); err == nil {
		m.Private = append(m.Private, u.Username, u.Name)
	}
	if folder, err := os.UserHomeDir(); err == nil {
		m.Private = append(m.Private, folder)
	}
	if h, err := home.Find(dir); err == nil {
		m.Private = append(m.Private, h.Dir())
		m.Log = lastLines(h.Log())
	}
	return m
}

// lastLines returns the last lines of a log, or none if it cannot be read.
func lastLines(path string) []string {
	f, err := durable.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > reportBytes {
		_, _ = f.Seek(-reportBytes, io.SeekEnd)
	}
	text, err := io.ReadAll(io.LimitReader(f, 2*reportBytes))
	if err != nil {
		return nil
	}
	if len(text) >= reportBytes { // the first line is incomplete
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return lines[max(0, len(lines)-reportLines):]
}
