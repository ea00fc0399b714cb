//go:build !linux

package door

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// subnetOf is not known here: nothing is listened at beside the loopback.
func subnetOf(netip.Addr) (Subnet, error) { return Subnet{}, errors.ErrUnsupported }

func listenLAN(context.Context, Subnet, string) (net.Listener, error) {
	return nil, errors.ErrUnsupported
}
