package door

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
)

// kernel writes an address as the kernel of this machine does.
func kernel(address string) string {
	raw := netip.MustParseAddr(address).AsSlice()
	for word := range slices.Chunk(raw, 4) {
		binary.BigEndian.PutUint32(word, binary.NativeEndian.Uint32(word))
	}
	return fmt.Sprintf("%X", raw)
}

func TestListening(t *testing.T) {
	if got, _ := hex.DecodeString(kernel("127.0.0.1")); len(got) != 4 {
		t.Fatalf("%v", got)
	}
	const port = 17278
	row := func(address, state string, port, uid int) string {
		return fmt.Sprintf("   0: %s:%04X 00000000:0000 %s 00000000:00000000 00:00000000 00000000  %d        0 2953496 2 0 100 0 0 10 0\n", kernel(address), port, state, uid)
	}
	for _, tt := range []struct {
		what, line string
		want       []int
	}{
		{"the loopback", row("127.0.0.1", "0A", port, 1001), []int{1001}},
		{"another address of it", row("127.0.0.2", "0A", port, 1001), []int{1001}},
		{"every address", row("0.0.0.0", "0A", port, 0), []int{0}},
		{"the loopback of IPv6", row("::1", "0A", port, 1001), []int{1001}},
		{"every address of IPv6", row("::", "0A", port, 1001), []int{1001}},
		{"IPv4 in IPv6", row("::ffff:127.0.0.1", "0A", port, 1001), []int{1001}},
		{"another network", row("192.0.2.1", "0A", port, 1001), nil},
		{"another port", row("127.0.0.1", "0A", port+1, 1001), nil},
		{"a connection", row("127.0.0.1", "01", port, 1001), nil},
		{"no address", "   0: XYZ:437E 0:0 0A 0 0 0 1001\n", nil},
		{"the head", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n", nil},
	} {
		if got := listening(tt.line, port); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, got, tt.want)
		}
	}
}

func TestHolderOf(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if h := HolderOf(port); h == nil || !h.Own || h.UID != os.Geteuid() || h.Name == "" {
		t.Errorf("our own listener: %+v", h)
	}
	_ = l.Close()
	if h := HolderOf(port); h != nil {
		t.Errorf("nobody listens, and it is %+v's", h)
	}
}
