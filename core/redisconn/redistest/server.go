// Package redistest starts real redis-servers for tests and ends them. Each listens
// on a unix socket, or on a free loopback port where a test needs one.
package redistest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core/redisconn"
)

// Server is a redis-server of a test.
type Server struct {
	URL  string // without a password
	Dir  string // where its files are
	Port int    // 0: it listens on a socket alone

	t    testing.TB
	args []string
	cmd  *exec.Cmd
	log  string
}

// Start runs a redis-server on a unix socket, with further options as they stand in
// redis.conf, a word each: "--maxmemory", "1mb". It ends with the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	dir := shortDir(t)
	socket := filepath.Join(dir, "redis.sock")
	return start(t, &Server{URL: "unix://" + socket, Dir: dir}, append([]string{"--port", "0", "--unixsocket", socket}, args...))
}

// StartPort is Start on a free port of the loopback, which Sentinels, Clusters and
// TLS need.
func StartPort(t testing.TB, args ...string) *Server {
	t.Helper()
	return startOn(t, FreePort(t), args...)
}

func startOn(t testing.TB, port int, args ...string) *Server {
	t.Helper()
	return start(t, &Server{URL: fmt.Sprintf("redis://127.0.0.1:%d", port), Dir: shortDir(t), Port: port},
		append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1"}, args...))
}

// FreePort is a port of the loopback that nobody has just now. It is below those that the
// system gives to outgoing connections, one of which could take it before the server does.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := 12000 + rand.N(20000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// shortDir is a folder whose path leaves room for a socket's name.
func shortDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "tt-redis-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func start(t testing.TB, s *Server, args []string) *Server {
	t.Helper()
	return run(t, s, append([]string{"--save", "", "--appendonly", "no"}, args...))
}

func run(t testing.TB, s *Server, args []string) *Server {
	t.Helper()
	s.t, s.log = t, filepath.Join(s.Dir, "log")
	s.args = append(args, "--dir", s.Dir, "--daemonize", "no", "--logfile", s.log)
	t.Cleanup(s.Kill)
	s.Run()
	return s
}

// Run starts the server again after Kill, with nothing in it.
func (s *Server) Run() {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("redis-server: %v; assets/scripts/install-deps.sh test installs it", err)
	}
	client := s.Client()
	defer client.Close()
	for deadline := time.Now().Add(20 * time.Second); ; {
		err := client.Ping(context.Background()).Err()
		// One that wants a password answers too.
		if err == nil || strings.HasPrefix(err.Error(), "NOAUTH") || strings.HasPrefix(err.Error(), "NOPERM") {
			return
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(s.log)
			s.t.Fatalf("redis-server does not answer: %v\n%s", err, text)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Kill ends the server at once.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Stop keeps the server from answering until Continue: to its clients it looks as if
// the network were cut.
func (s *Server) Stop() { s.signal(sigStop) }

// Continue ends Stop.
func (s *Server) Continue() { s.signal(sigContinue) }

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Client is a client of the server as its default user, for tests to look inside
// and to break things. Its owner closes it.
func (s *Server) Client() redis.UniversalClient {
	s.t.Helper()
	u, err := redisconn.Parse(s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := redisconn.Open(u, redisconn.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}
