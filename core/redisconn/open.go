package redisconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"tokentray/core"
	"tokentray/core/durable"
)

// Client is a connected Redis of any form.
type Client = redis.UniversalClient

// Options say how to use a Redis. The zero Options are valid.
type Options struct {
	// Password is asked for before each connection; nil: none is sent.
	Password func(ctx context.Context) (string, error)
	// Conns is how many connections may be open to a node at once; 0 means 4.
	Conns int
	// Timeout bounds connecting, and each answer; 0 means 3 s.
	Timeout time.Duration
	// Reach is how far connections without TLS may lead, those to servers that Sentinels
	// or a Cluster name among them.
	Reach core.Reach
	// Dial replaces the network, for tests; nil is the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Its buffers are an eighth of the library's: a token is small, and connections stay
// open while nothing is sent.
const (
	bufferSize = 4 << 10
	idleTime   = 5 * time.Minute
)

// quiet keeps the library from writing to stderr: failures are in the errors that
// callers get.
var quiet = sync.OnceFunc(logging.Disable)

// Open returns a client of the Redis at u. It connects when first used, and its
// owner closes it.
func Open(u URL, o Options) (Client, error) {
	quiet()
	sentinel, err := u.sentinelPassword()
	if err != nil {
		return nil, err
	}
	if o.Conns == 0 {
		o.Conns = 4
	}
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Second
	}
	all := &redis.UniversalOptions{
		Addrs: u.Addrs, DB: u.DB, Username: u.User, MasterName: u.Master, IsClusterMode: u.Cluster,
		SentinelUsername: u.Sentinel, SentinelPassword: sentinel,
		Protocol: 2, DisableIdentity: true, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		DialTimeout:              o.Timeout, ReadTimeout: o.Timeout, WriteTimeout: o.Timeout,
		MaxRetries: 1, DialerRetries: 1, PoolSize: o.Conns, PoolTimeout: o.Timeout, ConnMaxIdleTime: idleTime,
		ReadBufferSize: bufferSize, WriteBufferSize: bufferSize, PipelinePoolSize: -1,
	}
	if o.Password != nil || u.User != "" {
		all.CredentialsProviderContext = func(ctx context.Context) (string, string, error) {
			return u.credentials(ctx, o.Password)
		}
	}
	var config *tls.Config
	if u.TLS {
		if config, err = u.tls(); err != nil {
			return nil, err
		}
	}
	all.Dialer = dialer(o, config)
	switch {
	case u.Socket != "":
		simple := all.Simple()
		simple.Network, simple.Addr = "unix", u.Socket
		return redis.NewClient(simple), nil
	case u.Cluster:
		return redis.NewClusterClient(all.Cluster()), nil
	case u.Master != "":
		return redis.NewFailoverClient(all.Failover()), nil
	}
	return redis.NewClient(all.Simple()), nil
}

// credentials are the user of the URL and its password. The library does not log in
// without a password and would be the default user then: a user that needs none takes
// any.
func (u URL) credentials(ctx context.Context, ask func(context.Context) (string, error)) (user, password string, err error) {
	if ask != nil {
		password, err = ask(ctx)
	}
	if u.User != "" && password == "" {
		password = "none"
	}
	return u.User, password, err
}

// maxPassword is more than any password has, in bytes.
const maxPassword = 4 << 10

// sentinelPassword reads the Sentinels' own password.
func (u URL) sentinelPassword() (string, error) {
	if u.SentinelFile == "" {
		return "", nil
	}
	f, err := durable.Open(u.SentinelFile)
	if errors.Is(err, durable.ErrNotPlain) {
		return "", invalid("what should hold the password of the Sentinels is no file")
	}
	if err != nil {
		return "", invalid("the file with the password of the Sentinels cannot be read: " + reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", invalid("the file with the password of the Sentinels cannot be read: " + reason(err))
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return "", invalid("others can read the file with the password of the Sentinels; make it its owner's alone: chmod 600")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxPassword))
	if err != nil {
		return "", invalid("the file with the password of the Sentinels cannot be read: " + reason(err))
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// reason is an error of a file without its path.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// maxCA is more than any bundle of certificates has, in bytes.
const maxCA = 8 << 20

// tls is how the server must prove who it is.
func (u URL) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Name}
	if u.CA == "" {
		return config, nil
	}
	pem, _, err := durable.Read(u.CA, maxCA)
	if err != nil {
		return nil, invalid(fmt.Sprintf("the file of certificates cannot be read: %v", err))
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, invalid("the file of certificates holds none; give one in PEM")
	}
	return config, nil
}
