package sim

import (
	"context"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	// defaultLife is upstream's own.
	defaultLife = 7200 * time.Second
	// defaultCallerIP is a documentation address; it stands for the public address
	// of callers on this machine.
	defaultCallerIP = "203.0.113.7"
	// maxAccounts bounds what open registration may fill.
	maxAccounts = 20_000
)

// Config configures a simulator. The zero value is a simulator without accounts,
// with tokens that live two hours.
type Config struct {
	Now   func() time.Time                           // the wall clock; nil means the machine's
	Sleep func(ctx context.Context, d time.Duration) // for latency; nil means a timer
	Rand  func() float64                             // decides errors, in [0,1); nil means math/rand/v2
	Life  time.Duration                              // of tokens of accounts that set none; 0 means two hours
	// CallerIP is the address as which callers on this machine appear; empty means
	// 203.0.113.7.
	CallerIP string
	// OpenRegistration accepts any AppID with any secret the first time, and from
	// then on only with that secret. Otherwise an unknown AppID is 40013.
	OpenRegistration bool
	// WrongPerHour is how many wrong secrets WeCom accepts from an address in an
	// hour before it bars that address; 0 means its own 2,000.
	WrongPerHour int
	Faults       Faults // of all accounts
}

// Server is a simulated upstream. It is an http.Handler and safe for concurrent
// use.
type Server struct {
	cfg   Config
	sleep func(context.Context, time.Duration)
	rand  func() float64

	mu       sync.Mutex
	offset   time.Duration // by which the clock was moved on
	faults   Faults        // of all accounts
	accounts map[string]*account
	owners   map[string]*account // by token, those alive and those lately dead
	refusals []refused           // lately, the oldest first
	unknown  map[string]int      // calls by path that named no known account

	offenders map[netip.Addr]*offender // who sent WeCom wrong secrets
}

// New returns a simulator.
func New(cfg Config) *Server {
	s := &Server{
		cfg: cfg, sleep: cfg.Sleep, rand: cfg.Rand, faults: cfg.Faults,
		accounts: map[string]*account{}, owners: map[string]*account{}, unknown: map[string]int{}, offenders: map[netip.Addr]*offender{},
	}
	if s.cfg.Now == nil {
		s.cfg.Now = time.Now
	}
	if s.cfg.Life <= 0 {
		s.cfg.Life = defaultLife
	}
	if s.cfg.CallerIP == "" {
		s.cfg.CallerIP = defaultCallerIP
	}
	if s.sleep == nil {
		s.sleep = pause
	}
	if s.rand == nil {
		s.rand = rand.Float64
	}
	return s
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// now is the simulator's wall clock. s.mu is held.
func (s *Server) now() time.Time { return s.cfg.Now().Round(0).Add(s.offset) }

// Advance moves the simulator's clock on by d, which ages all tokens.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += d
}

// ServeHTTP answers upstream's paths and the control endpoint.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case pathLegacy:
		s.serveLegacy(w, r)
	case pathStable:
		s.serveStable(w, r)
	case pathWeCom:
		s.serveWeCom(w, r)
	case pathOAuth:
		s.serveOAuth(w, r)
	case pathAsk:
		s.serveAsk(w, r)
	case pathWho:
		s.serveWho(w, r)
	case pathUsage:
		s.serveUsage(w, r)
	case pathRID:
		s.serveRID(w, r)
	case pathReset:
		s.serveReset(w, r)
	case pathDomainIP, pathCallbackIP:
		s.serveCheck(w, r)
	case pathTicket, pathCorpTicket, pathAgentTicket:
		s.serveTicket(w, r)
	case "/sim/state", "/sim/accounts", "/sim/faults", "/sim/revoke", "/sim/break", "/sim/signature", "/sim/advance":
		s.serveControl(w, r)
	default:
		if strings.HasPrefix(r.URL.Path, pathCentral) {
			s.serveCentral(w, r)
			return
		}
		switch p, isCall, ok := s.platformOf(r.URL.Path); {
		case !ok:
			http.NotFound(w, r)
		case isCall:
			s.servePlatformCall(w, r, p)
		default:
			s.servePlatform(w, r, p)
		}
	}
}

// Serve answers on ln until ctx ends, which also ends the latency of calls, and
// waits at most two seconds for the calls under way. It returns nil after that end,
// and closes ln in any case.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		IdleTimeout:       30 * time.Second,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		// The library would log what callers send, including URLs with secrets.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close() // ends what would not end by itself
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
