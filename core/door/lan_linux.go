package door

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// subnetOf finds the interface that has an address, in the kernel's tables. An empty
// Subnet means that none has it.
func subnetOf(address netip.Addr) (Subnet, error) {
	all, err := net.Interfaces()
	if err != nil {
		return Subnet{}, err
	}
	var out Subnet
	for _, one := range all {
		addresses, err := one.Addrs()
		if err != nil {
			continue // it went away just now
		}
		for _, a := range addresses {
			n, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			ip, ok := netip.AddrFromSlice(n.IP)
			if ip = ip.Unmap(); !ok || ip != address {
				continue
			}
			ones, _ := n.Mask.Size()
			leads, err := leadsOut(one.Index)
			if err != nil {
				return Subnet{}, err
			}
			// If two interfaces have one address, the one that leads out decides.
			if found := (Subnet{one.Name, one.Index, netip.PrefixFrom(ip, ones).Masked(), leads || one.Flags&net.FlagLoopback != 0}); out.Interface == "" || found.LeadsOut {
				out = found
			}
		}
	}
	return out, nil
}

// wideRoute is the longest prefix that counts as a default route: some VPNs write two
// halves instead.
const wideRoute = 1

// leadsOut reports whether any routing table has a default route by an interface.
func leadsOut(index int) (bool, error) {
	raw, err := syscall.NetlinkRIB(syscall.RTM_GETROUTE, syscall.AF_UNSPEC)
	if err != nil {
		return false, err
	}
	messages, err := syscall.ParseNetlinkMessage(raw)
	if err != nil {
		return false, err
	}
	for _, m := range messages {
		if m.Header.Type != syscall.RTM_NEWROUTE || len(m.Data) < unix.SizeofRtMsg {
			continue
		}
		// struct rtmsg: the length of the destination's prefix is its second byte, the
		// route's type the eighth.
		if m.Data[1] > wideRoute || m.Data[7] != unix.RTN_UNICAST {
			continue
		}
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return false, err
		}
		if routeBy(attributes, index) {
			return true, nil
		}
	}
	return false, nil
}

// routeBy reports whether a route goes by an interface. One that does not say by which
// could go by any.
func routeBy(attributes []syscall.NetlinkRouteAttr, index int) bool {
	said := false
	for _, a := range attributes {
		switch a.Attr.Type {
		case unix.RTA_OIF:
			if said = true; len(a.Value) >= 4 && int(binary.NativeEndian.Uint32(a.Value)) == index {
				return true
			}
		case unix.RTA_MULTIPATH:
			said = true
			for rest := a.Value; len(rest) >= unix.SizeofRtNexthop; { // struct rtnexthop
				if int(binary.NativeEndian.Uint32(rest[4:])) == index {
					return true
				}
				length := int(binary.NativeEndian.Uint16(rest))
				if length < unix.SizeofRtNexthop {
					return true // cannot happen; it could go anywhere
				}
				rest = rest[min((length+3)&^3, len(rest)):]
			}
		}
	}
	return !said
}

// listenLAN listens at an address for what comes in by its interface. If the
// system does not let us bind to the interface, the subnet is still checked.
func listenLAN(ctx context.Context, subnet Subnet, address string) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, subnet.Interface)
		})
		if errors.Is(failed, unix.EPERM) {
			failed = nil
		}
		return errors.Join(err, failed)
	}}
	return config.Listen(ctx, "tcp", address)
}
