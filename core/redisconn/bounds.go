package redisconn

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strconv"
	"syscall"
	"time"

	"tokentray/core"
)

// Bounds of what a server may answer. The library makes room for as much as an answer
// announces, so without them a server that is no Redis, or a hostile one, could end the
// process by a single line.
const (
	maxText   = 16 << 20 // bytes of one text
	maxItems  = 1 << 20  // of one list, with those that it is in
	maxDepth  = 16       // of lists in lists
	maxLine   = 64 << 10 // bytes of a line without a length
	maxAnswer = 64 << 20 // bytes of all that is one answer
)

// errUnbounded: what a server answers is larger than anything that is asked for. Its
// text begins as the library's own errors about answers do.
var errUnbounded = errors.New("redis: invalid reply: larger than anything that was asked for")

// errFar: a name, or what Sentinels or a Cluster name, leads farther than its owner
// agreed to without TLS. Nothing was sent there.
var errFar error = &core.Error{
	Class: core.Temporary, Remedy: core.RemedyRedisPlain,
	Message: core.SaysRedisPlain + "; use rediss://, or agree to go without",
}

// keepAlive finds out that a connection is dead while nothing is sent.
const keepAlive = 5 * time.Minute

// dialer makes connections whose answers are bounded. config nil is no TLS: then none
// leads farther than o allows.
func dialer(o Options, config *tls.Config) func(ctx context.Context, network, addr string) (net.Conn, error) {
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: o.Timeout, KeepAlive: keepAlive}).DialContext
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, o.Timeout)
		defer cancel()
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if config == nil {
			if _, far := c.RemoteAddr().(*net.TCPAddr); far && !o.Reach.Covers(c.RemoteAddr()) {
				_ = c.Close()
				return nil, errFar
			}
			return bound(c), nil
		}
		config := config.Clone()
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(addr)
		}
		over := tls.Client(c, config)
		if err := over.HandshakeContext(ctx); err != nil {
			_ = c.Close()
			return nil, err
		}
		return bound(over), nil
	}
}

// bound is a connection whose answers are bounded.
func bound(c net.Conn) net.Conn {
	if _, ok := c.(syscall.Conn); ok {
		return &openBounded{bounded{Conn: c}}
	}
	return &bounded{Conn: c}
}

// bounded is a connection that follows the form of the answers as they come, and fails
// instead of passing on one without bounds.
type bounded struct {
	net.Conn
	line []byte // the beginning of a line
	text int    // bytes of a text that are still to come, with the end of its line
	open []int  // items that are still to come, of each list that is not complete
	size int    // bytes of this answer so far
	err  error
}

// openBounded is one of the system's, whose state the library looks at before it uses a
// connection again.
type openBounded struct{ bounded }

func (c *openBounded) SyscallConn() (syscall.RawConn, error) {
	return c.Conn.(syscall.Conn).SyscallConn()
}

func (c *bounded) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.Conn.Read(p)
	for rest := p[:n]; len(rest) > 0 && c.err == nil; {
		rest = c.follow(rest)
	}
	if c.err != nil {
		_ = c.Close()
		return 0, c.err
	}
	return n, err
}

// follow takes note of the next bytes, and returns the rest.
func (c *bounded) follow(p []byte) []byte {
	n, ends := min(c.text, len(p)), false
	if c.text == 0 {
		n = bytes.IndexByte(p, '\n') + 1
		if ends = n > 0; !ends {
			n = len(p)
		}
	}
	c.size += n
	switch {
	case c.size > maxAnswer, c.text == 0 && len(c.line)+n > maxLine:
		c.err = errUnbounded
	case c.text > 0:
		if c.text -= n; c.text == 0 {
			c.item()
		}
	default:
		c.line = append(c.line, p[:n]...)
		if ends {
			c.begin(bytes.TrimSuffix(c.line[:len(c.line)-1], []byte("\r")))
			c.line = c.line[:0]
		}
	}
	return p[n:]
}

// begin takes note of a whole line.
func (c *bounded) begin(line []byte) {
	if len(line) == 0 {
		return // the library says that this is no answer
	}
	n, err := strconv.Atoi(string(line[1:]))
	items, most := 0, maxItems // of each unit of n
	switch line[0] {
	case '$', '=', '!': // a text follows
		most = maxText
	case '*', '~', '>': // a list
		items = 1
	case '%': // pairs
		items = 2
	case '|': // a remark before an answer, which no Redis makes; the library calls itself for each
		err = errUnbounded
	default:
		c.item()
		return
	}
	for _, of := range c.open {
		most -= of * min(items, 1)
	}
	switch {
	case err != nil, n > most/max(items, 1), len(c.open) == maxDepth:
		c.err = errUnbounded
	case items == 0 && n >= 0:
		c.text = n + len("\r\n")
	case n <= 0:
		c.item()
	default:
		c.open = append(c.open, n*items)
	}
}

// item takes note that an item is complete, and with it perhaps the lists that it ends.
func (c *bounded) item() {
	for last := len(c.open) - 1; last >= 0; last-- {
		if c.open[last]--; c.open[last] > 0 {
			return
		}
		c.open = c.open[:last]
	}
	c.size = 0
}
