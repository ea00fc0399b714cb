//go:build !windows && !darwin

package clipboard

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jezek/xgb/res"
	"github.com/jezek/xgb/xproto"
)

// process is the name of the program that a window belongs to, empty if unknown.
func (c *x11Client) process(w xproto.Window) string {
	pid := c.pid(w)
	if pid == 0 {
		return ""
	}
	name, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(int(pid)), "comm"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}

// pid asks the server, which knows it for programs on this machine, else the window.
func (c *x11Client) pid(w xproto.Window) uint32 {
	if pid, err := c.clientPID(w); err == nil && pid != 0 {
		return pid
	}
	const name = "_NET_WM_PID"
	a, err := xproto.InternAtom(c.conn, true, uint16(len(name)), name).Reply()
	if err != nil || a.Atom == xproto.AtomNone {
		return 0
	}
	r, err := xproto.GetProperty(c.conn, false, w, a.Atom, xproto.AtomCardinal, 0, 1).Reply()
	if err != nil || len(r.Value) != 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(r.Value)
}

func (c *x11Client) clientPID(w xproto.Window) (uint32, error) {
	if _, err := c.extension("X-Resource"); err != nil {
		return 0, err
	}
	v, err := res.QueryVersion(c.conn, 1, 2).Reply()
	if err != nil {
		return 0, err
	}
	if v.ServerMajor == 1 && v.ServerMinor < 2 {
		return 0, fmt.Errorf("version %d.%d of X-Resource names no processes", v.ServerMajor, v.ServerMinor)
	}
	spec := []res.ClientIdSpec{{Client: uint32(w), Mask: res.ClientIdMaskLocalClientPID}}
	r, err := res.QueryClientIds(c.conn, 1, spec).Reply()
	if err != nil {
		return 0, err
	}
	for _, id := range r.Ids {
		if id.Spec.Mask&res.ClientIdMaskLocalClientPID != 0 && len(id.Value) > 0 {
			return id.Value[0], nil
		}
	}
	return 0, nil
}

// reader identifies a program that asks by its window: the number of its process, or
// of its connection, which the server later gives to another program.
func (c *x11Client) reader(w xproto.Window) uint32 {
	if pid := c.pid(w); pid != 0 {
		return pid
	}
	return uint32(w) &^ xproto.Setup(c.conn).ResourceIdMask
}
