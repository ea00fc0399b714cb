package agent

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// muchCode is how many bytes of mapped files, its database among them, an idle agent
// may have in memory.
const muchCode = 6 << 20

// programCode is the program's code in the process's memory.
type programCode struct {
	parts []mapping // that can be dropped; nil: not listed yet
}

// handBack drops the program's code from the process's memory when much of it is
// there: starting and renewing need nearly all of it, waiting almost none. It stays
// in the system's cache and comes back from there without the disk. With a thousand
// accounts an idle agent has 10 to 13 MB with this, and 28 to 31 MB without, over the
// bound of 20.
func (c *programCode) handBack() {
	if n, err := residentFiles(); err != nil || n < muchCode {
		return
	}
	if c.parts == nil {
		c.parts = ownCode()
	}
	for _, m := range c.parts {
		// If this fails, the code stays in memory; that does no harm.
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.start, m.end-m.start, unix.MADV_DONTNEED)
	}
}

// ownCode lists what handBack drops, nil if that is not known. It is the same as long
// as the process lives, and listing it takes 10 ms, because the system then counts the
// pages of the whole process.
func ownCode() []mapping {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return nil
	}
	defer f.Close()
	return disposable(f, program)
}

// residentFiles is how many bytes of files are in the process's memory.
func residentFiles() (int, error) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident, shared int
	if _, err := fmt.Sscan(string(b), &size, &resident, &shared); err != nil {
		return 0, err
	}
	return shared * os.Getpagesize(), nil
}

// mapping is a range of addresses.
type mapping struct{ start, end uintptr }

// disposable lists the mappings of the program's own file, in the form of
// /proc/PID/smaps (proc(5)), that are read-only and hold no private page: reading
// them again gives the file's content at any time. It leaves out relocated data of a
// position-independent program, and every other file: the database may be mapped
// elsewhere by now, and its old place may have been reused.
func disposable(smaps io.Reader, program string) []mapping {
	var out []mapping
	var m mapping
	var candidate bool
	ours, readOnly := []byte(" "+program), []byte("r-")
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		line := lines.Bytes()
		place, rest, _ := bytes.Cut(line, []byte(" "))
		if name, ok := bytes.CutSuffix(place, []byte(":")); ok { // as "Anonymous: 0 kB", of the mapping before it
			if candidate && string(name) == "Anonymous" {
				if string(bytes.TrimSpace(rest)) == "0 kB" {
					out = append(out, m)
				}
				candidate = false
			}
			continue
		}
		if candidate = bytes.HasPrefix(rest, readOnly) && bytes.HasSuffix(line, ours); candidate {
			m, candidate = mappingOf(string(place))
		}
	}
	return out
}

// mappingOf reads a range such as 00400000-00a5b000.
func mappingOf(place string) (mapping, bool) {
	from, to, _ := strings.Cut(place, "-")
	start, err1 := strconv.ParseUint(from, 16, strconv.IntSize)
	end, err2 := strconv.ParseUint(to, 16, strconv.IntSize)
	return mapping{uintptr(start), uintptr(end)}, err1 == nil && err2 == nil
}
