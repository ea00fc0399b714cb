//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tokentray/core"
)

// figures are what the agent holds.
type figures struct {
	resident, private float64 // MB
	// What is resident, by what it maps: the program's own file, which the system reads
	// in as it is used and takes back when it likes; the database's; all else.
	code, database, other float64 // MB
	file                  float64 // MB, of the database
	descriptors           int
	threads               int
	goroutines            int
}

// rest is how long the agent rests before it is measured.
const rest = 15 * time.Second

// look takes the figures of the agent as it runs, without its goroutines.
func (s *soak) look() (figures, error) {
	pid := s.agent.PID()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return figures{}, err
	}
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return figures{}, err
	}
	smaps, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", pid))
	if err != nil {
		return figures{}, err
	}
	file, err := s.databaseSize()
	if err != nil {
		return figures{}, err
	}
	code, database, other := byMapping(smaps)
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return figures{
		code: code, database: database, other: other, file: file,
		resident: float64(number(maps, "Rss")) / 1024, private: float64(number(maps, "Private_Dirty")) / 1024,
		descriptors: len(open), threads: number(status, "Threads"),
	}, err
}

// databaseSize is how long the agent's database is, in MB.
func (s *soak) databaseSize() (float64, error) {
	info, err := os.Stat(filepath.Join(s.Dir, "home", ".local", "share", "tokentray", "tokentray.db"))
	if err != nil {
		return 0, err
	}
	return float64(info.Size()) / (1 << 20), nil
}

// mapping is the first line of a mapping in smaps, and the file it maps.
var mapping = regexp.MustCompile(`^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)$`)

// byMapping sums up what is resident, in MB.
func byMapping(smaps []byte) (code, database, other float64) {
	to := &other
	for line := range strings.Lines(string(smaps)) {
		if m := mapping.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			switch {
			case strings.HasSuffix(m[1], ".db"):
				to = &database
			case strings.HasSuffix(m[1], "/tokentray"):
				to = &code
			default:
				to = &other
			}
			continue
		}
		if rest, ok := strings.CutPrefix(line, "Rss:"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0]) // the system wrote it
			*to += float64(n) / 1024
		}
	}
	return code, database, other
}

// measure lets the agent rest and takes its figures. Its goroutines it tells when
// it is made to crash by SIGQUIT, after which another is started.
func (s *soak) measure(ctx context.Context, to *figures) error {
	s.client.Close()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rest):
	}
	var err error
	if *to, err = s.look(); err != nil {
		return err
	}
	before := len(s.agent.Output())
	if err := s.agent.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	if _, err := s.agent.Wait(60 * time.Second); err != nil {
		return err
	}
	to.goroutines = len(regexp.MustCompile(`(?m)^goroutine \d+ `).FindAllString(s.agent.Output()[before:], -1))
	if to.goroutines == 0 {
		return errors.New("the agent did not tell its goroutines")
	}
	return s.startAgent(ctx)
}

// number is that of a line "name: number" in a file of /proc.
func number(file []byte, name string) int {
	for line := range strings.Lines(string(file)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0]) // the system wrote it
			return n
		}
	}
	return 0
}

// ideal is how many calls renewing costs at least: one at the beginning of each
// window.
func (s *soak) ideal() (n float64) {
	for _, a := range s.all {
		if a.kept.ID != "" {
			continue // is read from a Redis
		}
		n += s.worked.Seconds() / (a.period().Seconds() + 2) // the Keeper keeps two seconds clear of the edge
	}
	return n
}

// ofKinds says how many accounts there are of each kind.
func (s *soak) ofKinds() string {
	counts := map[core.Kind]int{}
	for _, a := range s.all {
		counts[a.spec.Kind]++
	}
	var said []string
	for _, spec := range served() {
		said = append(said, fmt.Sprintf("%d %s", counts[spec.Kind], spec.Kind))
	}
	return strings.Join(said, ", ")
}

// What may grow, at most, between the two measurements.
const (
	mostGrowth      = 8  // MB, from the first minute of work to its end
	mostDatabase    = 32 // MB, of which the history of each account is bounded
	mostDescriptors = 10
	mostGoroutines  = 20
)

// report prints what was counted and returns an error if something does not hold.
func (s *soak) report(length time.Duration) error {
	line := func(what, format string, args ...any) { fmt.Printf("%-58s %s\n", what, fmt.Sprintf(format, args...)) }
	needless := s.up.Needless()
	line("time", "%v", length)
	line("accounts", "%d: %s", len(s.all), s.ofKinds())
	line("tokens served over the socket", "%d", s.sockets.Load())
	line("tokens served over the loopback", "%d", s.doors.Load())
	line("refused while upstream failed", "%d", s.failed.Load())
	line("wrong tokens and other faults", "%d", len(s.wrong))
	line("tokens that ended on the way to a client", "%d", s.ended.Load())
	line("pushes seen in files", "%d", s.pushed.Load())
	line("windows opened and closed", "%d", s.windows)
	line("calls to upstream", "%d, of them %d brought a token", s.calls, s.good)
	line("… ideal", "%.0f, ratio %.2f", s.ideal(), float64(s.calls)/s.ideal())
	line("… that nobody needed", "%d", len(needless))
	line("CPU of the agent", "%v, %.1f %% of a core", s.cpu.Round(10*time.Millisecond), 100*s.cpu.Seconds()/s.worked.Seconds())
	both := func(when string, b, a figures) {
		line("memory, resident, "+when, "%.1f MB, %.1f MB", b.resident, a.resident)
		line("… of the program's file, "+when, "%.1f MB, %.1f MB", b.code, a.code)
		line("… of the database's file, "+when, "%.1f MB, %.1f MB", b.database, a.database)
		line("… which is as long, "+when, "%.1f MB, %.1f MB", b.file, a.file)
		line("… of all else, "+when, "%.1f MB, %.1f MB", b.other, a.other)
		line("memory, private, "+when, "%.1f MB, %.1f MB", b.private, a.private)
		line("descriptors, "+when, "%d, %d", b.descriptors, a.descriptors)
		line("threads, "+when, "%d, %d", b.threads, a.threads)
	}
	both("at work, early and late", s.early, s.late)
	line("memory, private, after 1 min and each "+lookEach.String(), "%.1f MB", s.series)
	both("at rest, before and after", s.before, s.after)
	line("goroutines, at rest, before and after", "%d, %d", s.before.goroutines, s.after.goroutines)
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(len(s.wrong) == 0, "%d faults", len(s.wrong))
	for _, c := range needless[:min(len(needless), 10)] {
		check(false, "a needless call: %v", c)
	}
	check(s.sockets.Load() > 0 && s.doors.Load() > 0, "no tokens were served")
	grown := s.late.private - s.early.private
	check(grown <= mostGrowth, "the private memory grew by %.1f MB, at most %d are right", grown, mostGrowth)
	// The pages of files are the system's to take back; those of the database are
	// bounded by its file.
	check(s.late.database <= s.late.file+0.1, "%.1f MB of the database are resident and its file has %.1f MB", s.late.database, s.late.file)
	check(s.late.file <= mostDatabase, "the database has %.1f MB, at most %d are right", s.late.file, mostDatabase)
	more := s.after.descriptors - s.before.descriptors
	check(more <= mostDescriptors, "there are %d more descriptors", more)
	more = s.after.goroutines - s.before.goroutines
	check(more <= mostGoroutines, "there are %d more goroutines", more)
	return errors.Join(errs...)
}
