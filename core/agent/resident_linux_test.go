package agent

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// smapsText is of the form of /proc/PID/smaps, with two mappings that can be dropped.
const smapsText = `00400000-00a5b000 r-xp 00000000 fe:00 1311 /usr/bin/tokentray
Rss:                4096 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
00a5b000-01100000 r--p 0065b000 fe:00 1311 /usr/bin/tokentray
Rss:                4096 kB
Anonymous:             4 kB
01100000-01180000 rw-p 00d00000 fe:00 1311 /usr/bin/tokentray
Rss:                 512 kB
Anonymous:             0 kB
01200000-01300000 r--p 00e00000 fe:00 1311                       /usr/bin/tokentray
Rss:                  64 kB
Anonymous:             0 kB
7e0000000000-7e0000100000 r-xp 00000000 fe:00 12 /usr/lib/other/usr/bin/tokentray
Rss:                  64 kB
Anonymous:             0 kB
c000000000-c000800000 rw-p 00000000 00:00 0
Rss:                6000 kB
Anonymous:          6000 kB
7f0000000000-7f0000100000 r--s 00000000 fe:00 99 /home/a b/tokentray.db
Rss:                1024 kB
Anonymous:             0 kB
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                          [vdso]
Rss:                   8 kB
Anonymous:             0 kB
`

func TestDisposable(t *testing.T) {
	got := disposable(strings.NewReader(smapsText), "/usr/bin/tokentray")
	want := []mapping{{0x400000, 0xa5b000}, {0x1200000, 0x1300000}}
	if !slices.Equal(got, want) {
		t.Errorf("disposable: %x, want %x", got, want)
	}
}

// The program goes on after its code was handed back, and holds less.
func TestCodeIsHandedBack(t *testing.T) {
	before, err := residentFiles()
	if err != nil {
		t.Fatal(err)
	}
	if before < muchCode {
		t.Skipf("a test of %d bytes of code has nothing to hand back", before)
	}
	var code programCode
	for range 2 { // the second time it knows what to drop
		code.handBack()
		after, err := residentFiles()
		if err != nil {
			t.Fatal(err)
		}
		if after >= before {
			t.Errorf("%d bytes of files are in memory, and were %d", after, before)
		}
		if _, err := os.ReadFile("/proc/self/smaps"); err != nil { // needs code
			t.Error(err)
		}
	}
}
