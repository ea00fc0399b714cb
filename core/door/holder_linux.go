package door

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// listeners are the users whose sockets listen at port and receive calls over the
// loopback.
func listeners(port int) []int {
	var out []int
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		lines, err := os.ReadFile(table)
		if err != nil {
			continue // a machine without IPv6
		}
		out = append(out, listening(string(lines), port)...)
	}
	return out
}

// listening reads a table of the kernel, see proc_net_tcp in its documentation.
func listening(table string, port int) (uids []int) {
	const local, state, uid = 1, 3, 7
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) <= uid || fields[state] != "0A" { // TCP_LISTEN
			continue
		}
		address, number, _ := strings.Cut(fields[local], ":")
		at, err := strconv.ParseUint(number, 16, 16)
		if err != nil || int(at) != port || !onLoopback(address) {
			continue
		}
		if n, err := strconv.Atoi(fields[uid]); err == nil {
			uids = append(uids, n)
		}
	}
	return uids
}

// onLoopback reports whether an address, as the kernel writes it in words of four
// bytes in the machine's order, is on the loopback or means all addresses.
func onLoopback(address string) bool {
	raw, err := hex.DecodeString(address)
	if err != nil || len(raw) != 4 && len(raw) != 16 {
		return false
	}
	for word := range slices.Chunk(raw, 4) {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	ip, _ := netip.AddrFromSlice(raw)
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsUnspecified()
}
