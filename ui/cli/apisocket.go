package cli

import (
	"context"
	"errors"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
)

// doorSocket is a unix socket, for mounting into a container, that serves the local
// API. It serves exactly what the loopback door serves, to one client key, which
// programs still have to send.
type doorSocket struct {
	path  string
	key   string
	mode  string
	group string
}

func (a *app) apiSocketCommand() *cobra.Command {
	s := &doorSocket{}
	cmd := &cobra.Command{
		Use: "socket PATH --key NAME",
		Args: func(cmd *cobra.Command, args []string) error {
			if s.key == "" {
				return usage("usage.socket_key")
			}
			return counted(cmd, args, 1, "usage.socket")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s.path = args[0]
			return a.serveSocket(cmd.Context(), s)
		},
	}
	cmd.Flags().StringVar(&s.key, "key", "", "flag.socket_key")
	cmd.Flags().StringVar(&s.mode, "mode", "0600", "flag.socket_mode")
	cmd.Flags().StringVar(&s.group, "group", "", "flag.socket_group")
	_ = cmd.RegisterFlagCompletionFunc("key", func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return a.completeKey(cmd, nil, typed)
	})
	return cmd
}

// serveSocket serves until ctx ends.
func (a *app) serveSocket(ctx context.Context, s *doorSocket) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	keys, err := agent.ClientKeys(ctx)
	if err != nil {
		return err
	}
	known := false
	for _, k := range keys {
		known = known || k.Name == s.key
	}
	if !known {
		return &core.Error{Class: core.NotFound, Remedy: core.RemedyClientKey, Message: core.SaysNoClientKey + "; tokentray api key list shows those there are"}
	}
	door, err := agent.Loopback(ctx)
	if err != nil {
		return err
	}
	if door.State != api.DoorOn {
		return &core.Error{Class: core.Misuse, Remedy: core.RemedyDoorShut, Message: "the API on the loopback is off; open it with tokentray api on"}
	}
	l, err := s.listen()
	if err != nil {
		return err
	}
	at, err := filepath.Abs(s.path)
	if err != nil {
		at = s.path
	}
	a.note(a.say("api.socket", "path", clean(at), "key", clean(s.key)))
	server := &http.Server{
		Handler: s.handler(net.JoinHostPort("127.0.0.1", strconv.Itoa(door.Port))), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		ErrorLog: log.New(nowhere{}, "", 0),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err = server.Serve(l)
	s.remove(l)
	if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
		return ctx.Err()
	}
	return err
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// handler forwards requests to the loopback door at an address. It sets a header
// that makes the door accept only one key; setting it gives nobody any rights.
func (s *doorSocket) handler(address string) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", address, address
			r.Out.URL.RawPath, r.Out.URL.Path, r.Out.URL.RawQuery = r.In.URL.RawPath, r.In.URL.Path, r.In.URL.RawQuery
			r.Out.Header.Set(api.OnlyKeyHeader, s.key)
		},
		Transport:     &http.Transport{DisableCompression: true, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 16},
		FlushInterval: -1,
		ErrorLog:      log.New(nowhere{}, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			api.WriteError(w, http.StatusBadGateway, &core.Error{
				Class: core.Temporary, Remedy: core.RemedyDoorShut, Message: "TokenTray does not answer; run tokentray api on",
			}, time.Now())
		},
	}
}

// listen makes the socket. It is bound in a folder of our own and moved to its place
// when mode and group are right, so that nobody connects before.
func (s *doorSocket) listen() (*net.UnixListener, error) {
	mode, err := strconv.ParseUint(s.mode, 8, 32)
	if err != nil || mode == 0 || mode&^0o777 != 0 || mode&0o002 != 0 {
		return nil, usage("usage.socket_mode")
	}
	group := -1
	if s.group != "" {
		g, err := user.LookupGroup(s.group)
		if err == nil {
			group, err = strconv.Atoi(g.Gid)
		}
		if err != nil {
			return nil, usage("usage.socket_group", "group", s.group)
		}
	}
	if err := s.free(); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(filepath.Dir(s.path), ".tt")
	if err != nil {
		return nil, usage("usage.socket_path", "path", s.path)
	}
	defer os.RemoveAll(folder)
	at := filepath.Join(folder, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		return nil, usage("usage.socket_path", "path", s.path)
	}
	l.SetUnlinkOnClose(false)
	err = os.Chmod(at, fs.FileMode(mode))
	if err == nil && group >= 0 {
		err = os.Chown(at, -1, group)
	}
	if err == nil {
		err = os.Rename(at, s.path)
	}
	if err != nil {
		_ = l.Close()
		return nil, usage("usage.socket_path", "path", s.path)
	}
	return l, nil
}

// free makes sure that the path is free, or has a socket that nobody serves.
func (s *doorSocket) free() error {
	info, err := os.Lstat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return usage("usage.socket_taken", "path", s.path)
	}
	if c, err := net.DialTimeout("unix", s.path, time.Second); err == nil {
		_ = c.Close()
		return usage("usage.socket_taken", "path", s.path)
	}
	return nil // it is replaced
}

// remove removes the socket at the end.
func (s *doorSocket) remove(l *net.UnixListener) {
	_ = l.Close()
	if info, err := os.Lstat(s.path); err == nil && info.Mode().Type() == fs.ModeSocket {
		if c, err := net.DialTimeout("unix", s.path, time.Second); err == nil {
			_ = c.Close() // another process's by now
			return
		}
		_ = os.Remove(s.path)
	}
}
