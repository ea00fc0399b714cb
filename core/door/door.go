// Package door serves the loopback: the part of the API that programs of this
// machine reach over HTTP with a client key, and the upstreams' own token paths.
//
// A call is a visit. It is admitted by its Host, which is the loopback's or one that
// its key names, its Origin and its key, in that order; a key names the accounts and
// environments it may use and the web pages that may send it. Reading a living token
// is never limited; calls that can reach the upstream, and failures, are limited per
// key. Each call leaves a line in the access log, which holds no token and no key.
package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// Agent is what the loopback door needs of the agent. Refs always have an
// environment.
type Agent interface {
	Status(ctx context.Context) (api.Status, error)
	Token(ctx context.Context, ref api.Ref, minTTL time.Duration) (api.Token, error)
	Refresh(ctx context.Context, ref api.Ref, req api.RefreshRequest) (api.Token, error)
	Sign(ctx context.Context, ref api.Ref, req api.SignRequest) (api.Signature, error)
	// HasTicket reports whether Sign asks nobody.
	HasTicket(ref api.Ref, ticket string) bool
	// Active is the active environment.
	Active() core.Env
	// Living is the current token if it is good for minTTL. It fetches nothing.
	Living(ref api.Ref, minTTL time.Duration) (api.Token, bool)
	// Changed returns a channel that is closed when something of the account
	// changes next. It costs nothing while nobody waits.
	Changed(ref api.Ref) <-chan struct{}
	// Known is an account with its kind.
	Known(ref api.Ref) (core.Account, kinds.Spec, bool)
	// Call makes a call to an account's upstream.
	Call(ctx context.Context, ref api.Ref, req api.CallRequest) (api.CallAnswer, error)
	// ByAppID are the accounts of these kinds that have the AppID.
	ByAppID(appID string, among []core.Kind) []api.Ref
	// OneToken reports whether accounts share one token.
	OneToken(refs []api.Ref) bool
	// Waits reports whether an account gets no token before a person acts.
	Waits(ref api.Ref) bool
}

// Config is what a Server needs.
type Config struct {
	Agent   Agent
	OpenAPI []byte           // the API's description
	Kinds   kinds.Set        // whose token paths it serves
	Now     func() time.Time // the wall clock; nil means the machine's
	Log     *slog.Logger     // nil discards
	// Used is called when Uses has something new.
	Used func()
	// Adopt examines an unknown key that begins with core.ChildKeyPrefix, and adds
	// it if it was made before the agent's start; nil: there are none.
	Adopt func(key string) bool
	// Listen opens an address; nil means net.Listen.
	Listen func(network, address string) (net.Listener, error)
	// SubnetOf tells where an address of this machine is, and ListenLAN listens there;
	// nil means the system's.
	SubnetOf  func(netip.Addr) (Subnet, error)
	ListenLAN func(ctx context.Context, subnet Subnet, address string) (net.Listener, error)
}

// Server is the loopback door: the part of the API that programs of this machine
// reach over HTTP with a client key. It is shut until Open.
//
// Any page in a browser on this machine can make it send requests, so a key alone is
// not enough: Host must name the loopback, which a rebound name does not, and a
// request that a browser marks as another site's is refused unless the key allows
// that origin. Reading a living token is never limited; calls that can reach the
// upstream, and failures, are.
type Server struct {
	cfg     Config
	clients clients
	log     accessLog
	storm   *storm

	standIns standIns

	seats   *seats
	foreign atomic.Pointer[foreigns] // see SetKinds

	jsonType []string // of every token

	useMu sync.Mutex
	dirty bool // Used was called and Uses was not since

	mu   sync.Mutex // held through Open and Close
	open atomic.Pointer[opening]
}

// New returns a shut door without keys.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Listen == nil {
		cfg.Listen = net.Listen
	}
	if cfg.SubnetOf == nil {
		cfg.SubnetOf = subnetOf
	}
	if cfg.ListenLAN == nil {
		cfg.ListenLAN = listenLAN
	}
	if cfg.Used == nil {
		cfg.Used = func() {}
	}
	d := &Server{cfg: cfg, storm: newStorm(cfg.Log), jsonType: []string{"application/json"}}
	d.SetKinds(cfg.Kinds)
	d.SetSealKey(newSealKey())
	var calm calm
	d.seats = newSeats(func() {
		if calm.over(cfg.Now()) {
			cfg.Log.Warn("many connections without a client key on the loopback; the oldest are closed")
		}
	})
	return d
}

// SetKinds replaces Config.Kinds, as when a kind joins while the door is open. A
// call under way ends with the set it began with.
func (d *Server) SetKinds(set kinds.Set) {
	all := newForeigns(set)
	d.foreign.Store(&all)
}

// AddKey makes a key valid.
func (d *Server) AddKey(k core.ClientKey) { d.clients.add(k) }

// RevokeKey ends a key at once: calls under way with it fail.
func (d *Server) RevokeKey(name string) { d.clients.remove(name) }

// Accesses are the newest lines of the access log, newest first.
func (d *Server) Accesses(limit int) []api.Access { return d.log.newest(limit) }

// Uses returns when keys were last used, those that were used since the last
// call of Uses.
func (d *Server) Uses() map[string]time.Time {
	d.useMu.Lock()
	d.dirty = false
	d.useMu.Unlock()
	out := map[string]time.Time{}
	for _, c := range d.clients.all() {
		if at := c.used.Load(); at != 0 && c.saved.Swap(at) != at {
			out[c.Name] = time.Unix(at, 0)
		}
	}
	return out
}

// LastUse is when a key was last used since the door was made; zero: not.
func (d *Server) LastUse(name string) time.Time {
	for _, c := range d.clients.all() {
		if at := c.used.Load(); c.Name == name && at != 0 {
			return time.Unix(at, 0)
		}
	}
	return time.Time{}
}

// used notes a use of a key, to the second.
func (d *Server) used(c *client, now time.Time) {
	if at := now.Unix(); c.used.Swap(at) == at {
		return
	}
	d.useMu.Lock()
	defer d.useMu.Unlock()
	if !d.dirty {
		d.dirty = true
		d.cfg.Used()
	}
}

// Limits of the door. Headers and bodies are small here; a client that needs longer
// to send them does so on purpose.
const (
	maxHeader  = 16 << 10
	maxBody    = 64 << 10
	headerTime = 5 * time.Second
	readTime   = 10 * time.Second // headers and body
	writeTime  = 2 * time.Minute  // the answer, including a refresh before it
	idleTime   = time.Minute
	drainTime  = 2 * time.Second
)

// opening is an open door.
type opening struct {
	server *http.Server
	port   int
	addrs  []string
	end    context.CancelFunc // of every call under way
	served sync.WaitGroup
	lan    atomic.Pointer[lan] // nil: the loopback alone
}

// Open opens the door on the loopback addresses at port, and nowhere else; if it is
// open at another port, that one is shut then. A machine without IPv6 uses IPv4
// alone. If the port is taken, the error has the remedy RemedyPort and nothing has
// changed.
func (d *Server) Open(port int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.open.Load()
	if was != nil && was.port == port {
		return nil
	}
	listeners, err := d.listen(port)
	if err != nil {
		return err
	}
	now := d.serve(listeners)
	d.open.Store(now)
	if was != nil {
		was.close()
	}
	d.cfg.Log.Info("the loopback door is open", "addresses", now.addrs)
	return nil
}

// Close shuts the door, ends the calls under way and waits for them.
func (d *Server) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.open.Swap(nil)
	if was == nil {
		return
	}
	was.close()
	d.cfg.Log.Info("the loopback door is shut")
}

// Addresses are where the door listens, none while it is shut.
func (d *Server) Addresses() []string {
	o := d.open.Load()
	if o == nil {
		return nil
	}
	if l := o.lan.Load(); l != nil {
		return append(slices.Clone(o.addrs), l.Addr().String())
	}
	return o.addrs
}

// listen takes the port on both loopback addresses. If another program had one of
// them, clients that try it first would reach that program, so one is not enough.
func (d *Server) listen(port int) ([]net.Listener, error) {
	v4, err := d.cfg.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, errPort(port, err)
	}
	port = v4.Addr().(*net.TCPAddr).Port // a test's 0 became one
	v6, err := d.cfg.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	switch {
	case err == nil:
		return []net.Listener{v4, v6}, nil
	case noIPv6(err):
		return []net.Listener{v4}, nil
	}
	_ = v4.Close()
	return nil, errPort(port, err)
}

// PortTaken reports whether somebody listens at port on the loopback, as the door
// itself does while it is open. It connects and says nothing.
func PortTaken(ctx context.Context, port int) bool {
	d := net.Dialer{Timeout: takenTime}
	for _, host := range []string{"127.0.0.1", "::1"} {
		if c, err := d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port))); err == nil {
			_ = c.Close()
			return true
		}
	}
	return false
}

// takenTime is how long PortTaken waits; on the loopback an answer takes no time.
const takenTime = 200 * time.Millisecond

// noIPv6 reports whether the machine has no IPv6, or none on the loopback.
func noIPv6(err error) bool {
	var errno syscall.Errno
	if runtime.GOOS == "windows" && errors.As(err, &errno) {
		return errno == 10047 || errno == 10049 // WSAEAFNOSUPPORT, WSAEADDRNOTAVAIL
	}
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}

func errPort(port int, err error) *core.Error {
	cause := err
	var op *net.OpError
	if errors.As(err, &op) {
		cause = op.Err
	}
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyPort, Err: err,
		Message: fmt.Sprintf("cannot listen on port %d of the loopback: %v; choose another with tokentray api on --port", port, cause),
	}
}

// serve answers on the listeners until close.
func (d *Server) serve(listeners []net.Listener) *opening {
	ctx, cancel := context.WithCancel(context.Background())
	o := &opening{port: listeners[0].Addr().(*net.TCPAddr).Port, end: cancel}
	o.server = &http.Server{
		Handler:           d.Handler(o.port),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		// OPTIONS * is judged like everything else.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(d.cfg.Log.Handler(), slog.LevelDebug),
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ConnContext:                  withConn,
		ConnState:                    watchBusy,
	}
	for _, l := range listeners {
		o.addrs = append(o.addrs, l.Addr().String())
		o.served.Go(func() { _ = o.server.Serve(listener{l, d.seats}) })
	}
	return o
}

func (o *opening) close() {
	o.end()
	defer func() {
		if l := o.lan.Load(); l != nil {
			l.end()
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if o.server.Shutdown(ctx) != nil {
		_ = o.server.Close()
	}
	o.served.Wait()
}
