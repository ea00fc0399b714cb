package door

import (
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// FuzzListening: only a line of a listener at a port of the machine tells a user.
func FuzzListening(f *testing.F) {
	f.Add("0: 0100007F:437E 00000000:0000 0A 0:0 0:0 0 1000", 17278)
	f.Fuzz(func(t *testing.T, table string, port int) {
		if n := len(listening(table, port)); n > 0 && (!strings.Contains(table, "0A") || port < 0 || port > 65535) {
			t.Fatalf("%d users listen at %d in %q", n, port, table)
		}
	})
}

// FuzzRoutes: a route's attributes may be cut off anywhere.
func FuzzRoutes(f *testing.F) {
	f.Add(uint16(unix.RTA_MULTIPATH), []byte{8, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0}, 7)
	f.Fuzz(func(t *testing.T, kind uint16, value []byte, index int) {
		by := routeBy([]syscall.NetlinkRouteAttr{{Attr: syscall.RtAttr{Type: kind}, Value: value}}, index)
		if kind != unix.RTA_OIF && kind != unix.RTA_MULTIPATH && !by {
			t.Fatal("a route that names no interface goes by none")
		}
	})
}
