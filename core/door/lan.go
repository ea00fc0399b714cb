package door

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"tokentray/core"
)

// A container on Linux has no way to the loopback of its host. For it the door can
// listen at one further address that somebody named, as that of Docker's bridge: for
// keys that were made for a Host of their own alone, for callers of the address's own
// subnet alone, and never on an interface by which this machine reaches other networks.

// Subnet is where an address of this machine is.
type Subnet struct {
	Interface string
	Index     int // of the interface
	Prefix    netip.Prefix
	// LeadsOut tells that the interface has a default route: what is behind it is not
	// known to end at the subnet.
	LeadsOut bool
}

// lookTime is how long what was found out about a subnet counts.
const lookTime = time.Second

// lan is the door's listener at the further address.
type lan struct {
	net.Listener
	address netip.Addr
	subnet  Subnet
	again   func() error // looks whether the address is where it was
	now     func() time.Time

	mu     sync.Mutex
	looked time.Time
	fault  error
	conns  map[*lanConn]bool
	over   bool
}

// lanConn is a connection that came by the further address.
type lanConn struct {
	net.Conn
	of *lan
}

// CloseWrite is that of the connection within.
func (c *lanConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *lanConn) Close() error {
	c.of.mu.Lock()
	delete(c.of.conns, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// Accept returns the next connection from the subnet. Others are closed unread.
func (l *lan) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &lanConn{inner, l}
		if l.admits(inner.RemoteAddr()) && l.keep(c) {
			return c, nil
		}
		_ = inner.Close()
	}
}

// admits reports whether a caller is of the subnet, and the subnet still as it was.
func (l *lan) admits(from net.Addr) bool {
	tcp, ok := from.(*net.TCPAddr)
	if !ok || !l.subnet.Prefix.Contains(tcp.AddrPort().Addr().Unmap()) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.now(); now.Sub(l.looked) > lookTime || now.Before(l.looked) {
		l.looked, l.fault = now, l.again()
	}
	return l.fault == nil
}

// keep remembers a connection until it is closed.
func (l *lan) keep(c *lanConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.conns[c] = true
	}
	return !l.over
}

// end closes the listener and every connection that came by it.
func (l *lan) end() {
	_ = l.Close()
	l.mu.Lock()
	l.over = true
	conns := l.conns
	l.conns = map[*lanConn]bool{}
	l.mu.Unlock()
	for c := range conns {
		_ = c.Conn.Close()
	}
}

// Extend has the open door listen at a further address too, in the place of the one of
// before; the zero address none. Where nothing has to change it does nothing, except
// that it listens again where the address was gone and is back. Errors have the remedies
// RemedyAddressGone, RemedyAddressOut, RemedyAddressSystem and RemedyPort; the door is
// then open on the loopback alone.
func (d *Server) Extend(address netip.Addr) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.open.Load()
	if o == nil {
		return nil
	}
	was := o.lan.Load()
	if was != nil && was.address == address {
		if was.again() == nil {
			return nil
		}
	}
	if was != nil {
		o.lan.Store(nil)
		was.end()
		d.cfg.Log.Info("the door no longer listens beside the loopback", "address", was.address)
	}
	if !address.IsValid() {
		return nil
	}
	l, err := d.listenLAN(address, o.port)
	if err != nil {
		return err
	}
	o.lan.Store(l)
	o.served.Go(func() { _ = o.server.Serve(listener{l, d.seats}) })
	d.cfg.Log.Warn("the door listens beside the loopback", "address", l.Addr().String(), "interface", l.subnet.Interface, "subnet", l.subnet.Prefix)
	return nil
}

// listenLAN takes the port at an address, if nobody but its subnet reaches it.
func (d *Server) listenLAN(address netip.Addr, port int) (*lan, error) {
	subnet, err := d.safeSubnet(address)
	if err != nil {
		return nil, err
	}
	at := net.JoinHostPort(address.String(), strconv.Itoa(port))
	inner, err := d.cfg.ListenLAN(context.Background(), subnet, at)
	if err != nil {
		var op *net.OpError
		cause := err
		if errors.As(err, &op) {
			cause = op.Err
		}
		return nil, &core.Error{Class: core.Internal, Remedy: core.RemedyAddressPort, Err: err, Message: fmt.Sprintf("cannot listen at %s: %v; choose another port with tokentray api on --port", at, cause)}
	}
	again := func() error {
		now, err := d.safeSubnet(address)
		if err == nil && now != subnet {
			err = errAddressGone(address)
		}
		return err
	}
	return &lan{Listener: inner, address: address, subnet: subnet, again: again, now: d.cfg.Now, conns: map[*lanConn]bool{}}, nil
}

// safeSubnet is where an address is, if nobody but its subnet reaches it.
func (d *Server) safeSubnet(address netip.Addr) (Subnet, error) {
	subnet, err := d.cfg.SubnetOf(address)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return Subnet{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyAddressSystem, Message: "this system does not tell which interfaces lead to other networks, so the door listens on the loopback alone; Docker Desktop and WSL reach that", Err: err}
	case err != nil:
		return Subnet{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyAddressGone, Message: fmt.Sprintf("cannot find out where the address %s is: %v; try again", address, err), Err: err}
	case subnet.Interface == "":
		return Subnet{}, errAddressGone(address)
	case subnet.LeadsOut:
		return Subnet{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyAddressOut, Message: fmt.Sprintf("the address %s is on %s, by which this machine reaches other networks; name that of a bridge for containers, see ip address", address, subnet.Interface)}
	}
	return subnet, nil
}

func errAddressGone(address netip.Addr) *core.Error {
	return &core.Error{Class: core.Misuse, Remedy: core.RemedyAddressGone, Message: fmt.Sprintf("no interface of this machine has the address %s now; see ip address", address)}
}
