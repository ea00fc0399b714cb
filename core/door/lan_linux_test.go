package door

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSubnetsOfThisMachine: the loopback leads nowhere else, and still is no address for
// containers; an address that nobody has is nowhere.
func TestSubnetsOfThisMachine(t *testing.T) {
	lo, err := subnetOf(netip.MustParseAddr("127.0.0.1"))
	if err != nil || lo.Interface == "" || !lo.LeadsOut || !lo.Prefix.Contains(netip.MustParseAddr("127.0.0.2")) {
		t.Errorf("the loopback: %+v, %v", lo, err)
	}
	if none, err := subnetOf(netip.MustParseAddr("192.0.2.77")); err != nil || none.Interface != "" {
		t.Errorf("an address for documentation: %+v, %v", none, err)
	}
}

// TestWhereRoutesLead: by the interface that they name, by any of several, and by every
// one where they name none.
func TestWhereRoutesLead(t *testing.T) {
	attribute := func(kind uint16, value ...byte) syscall.NetlinkRouteAttr {
		return syscall.NetlinkRouteAttr{Attr: syscall.RtAttr{Type: kind}, Value: value}
	}
	number := func(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }
	hop := func(index uint32) []byte { // struct rtnexthop
		return append(binary.NativeEndian.AppendUint16(nil, 8), append([]byte{0, 0}, number(index)...)...)
	}
	several := attribute(unix.RTA_MULTIPATH, append(hop(3), hop(7)...)...)
	for name, tt := range map[string]struct {
		attributes []syscall.NetlinkRouteAttr
		want       bool
	}{
		"by it":              {[]syscall.NetlinkRouteAttr{attribute(unix.RTA_GATEWAY, 10, 0, 0, 1), attribute(unix.RTA_OIF, number(7)...)}, true},
		"by another":         {[]syscall.NetlinkRouteAttr{attribute(unix.RTA_OIF, number(3)...)}, false},
		"by several":         {[]syscall.NetlinkRouteAttr{several}, true},
		"by several others":  {[]syscall.NetlinkRouteAttr{attribute(unix.RTA_MULTIPATH, hop(3)...)}, false},
		"by nobody knows":    {[]syscall.NetlinkRouteAttr{attribute(unix.RTA_GATEWAY, 10, 0, 0, 1)}, true},
		"by a broken answer": {[]syscall.NetlinkRouteAttr{attribute(unix.RTA_MULTIPATH, 0, 0, 0, 0, 3, 0, 0, 0)}, true},
	} {
		if got := routeBy(tt.attributes, 7); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
