package push

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxProcesses bounds how many processes are checked for mounts.
const maxProcesses = 5000

// mountedAlone reports whether a process that we may inspect, in a container or not,
// has the file mounted by itself. A mount stays with the old file: it does not see a
// new file of the same name.
func mountedAlone(name string, info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	device := fmt.Sprintf("%d:%d", unix.Major(uint64(st.Dev)), unix.Minor(uint64(st.Dev))) //nolint:unconvert // its type differs by architecture
	own, err := mounts("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	within := insideDevice(own, device, name)
	if within == "" {
		return false
	}
	lists, _ := filepath.Glob("/proc/[0-9]*/mountinfo")
	seen := map[string]bool{}
	for _, list := range append([]string{"/proc/self/mountinfo"}, lists[:min(len(lists), maxProcesses)]...) {
		space, _ := os.Readlink(path.Join(path.Dir(list), "ns/mnt"))
		if space != "" && seen[space] {
			continue
		}
		seen[space] = true
		all, err := mounts(list)
		if err != nil {
			continue
		}
		for _, m := range all {
			if m.device == device && m.root == within {
				return true
			}
		}
	}
	return false
}

// mount is a line of mountinfo: which part of which device is mounted where.
type mount struct{ device, root, point string }

// insideDevice is the path of a file from the root of its device; empty: unknown.
func insideDevice(all []mount, device, name string) string {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return ""
	}
	best := mount{}
	for _, m := range all {
		if m.device == device && (m.point == name || strings.HasPrefix(name, strings.TrimSuffix(m.point, "/")+"/")) && len(m.point) >= len(best.point) {
			best = m
		}
	}
	if best.point == "" {
		return ""
	}
	return path.Join(best.root, strings.TrimPrefix(name, best.point))
}

func mounts(list string) ([]mount, error) {
	f, err := os.Open(list)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readMounts(f)
}

// readMounts reads mountinfo. Blanks alone divide its fields: other white space stands
// in paths as it is.
func readMounts(from io.Reader) ([]mount, error) {
	var out []mount
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), " ")
		if len(fields) > 4 {
			out = append(out, mount{fields[2], plainPath(fields[3]), plainPath(fields[4])})
		}
	}
	return out, lines.Err()
}

// plainPath resolves the escapes of mountinfo.
func plainPath(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
