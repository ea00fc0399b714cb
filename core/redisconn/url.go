// Package redisconn opens a Redis from a URL and says what is wrong with one.
//
// The URL holds no password: it comes from elsewhere, each time a connection is
// made, so that it can change and is in no list of processes. One form serves every
// way of running Redis, Valkey among them:
//
//	rediss://user@host:6380/2?ca=/etc/redis/ca.pem   TLS, an ACL user, database 2
//	redis://127.0.0.1                                in the clear, see URL.Plain
//	unix:///run/redis/redis.sock?db=2
//	rediss://s1,s2:26380,s3?master=main              through Sentinels
//	…?master=main&sentinel_password_file=/etc/s.pw   that want a password of their own
//	rediss://n1:7000,n2:7000?cluster=true            a Cluster
//
// Nothing here is made before somebody calls Open, and a client connects when it is
// first used.
package redisconn

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"tokentray/core"
)

// URL is where a Redis is, without any password. The zero URL is none.
type URL struct {
	TLS      bool
	Socket   string   // path of a unix socket; "" for Addrs
	Addrs    []string // host:port of the server, the Sentinels or some nodes
	User     string   // of the ACL; "" is the default user
	DB       int
	Master   string // the name that the Sentinels know; "" asks none
	Cluster  bool
	CA       string // file with the certificates to trust instead of the system's
	Name     string // that the server's certificate must hold; "" is the host's
	Sentinel string // ACL user at the Sentinels
	// SentinelFile is the file with the Sentinels' own password, which is its owner's
	// alone; "" where they have none.
	SentinelFile string
}

const (
	defaultPort  = "6379"
	sentinelPort = "26379"
)

// HasPassword reports whether text looks like a URL with a password in it.
func HasPassword(text string) bool {
	_, rest, found := strings.Cut(text, "://")
	if !found {
		return false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	i := strings.LastIndexByte(rest, '@')
	return i >= 0 && strings.Contains(rest[:i], ":")
}

// Parse reads a URL. Its errors never hold the text, which may hold a password by
// mistake; one that does is refused.
func Parse(text string) (URL, error) {
	text = strings.TrimSpace(text)
	if HasPassword(text) {
		return URL{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyRedisInURL,
			Message: "the URL holds a password; leave it out and enter it when asked, or use --redis-password-stdin",
		}
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return URL{}, invalid("write the Redis as rediss://host:port, redis://host:port or unix:///path")
	}
	// Package url knows one host, so the list is taken out before.
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	u, err := url.Parse("x://h" + tail)
	if err != nil || u.Fragment != "" {
		return URL{}, invalid("the URL of the Redis cannot be read")
	}
	var out URL
	user, hosts, hasUser := cutLast(authority, "@")
	if hasUser {
		if out.User, err = url.PathUnescape(user); err != nil {
			return URL{}, invalid("the user in the URL of the Redis cannot be read")
		}
	} else {
		hosts = authority
	}
	switch scheme {
	case "rediss":
		out.TLS = true
	case "redis":
	case "unix":
		if hosts != "" || !strings.HasPrefix(u.Path, "/") || u.Path == "/" {
			return URL{}, invalid("write a socket as unix:///path/of/redis.sock")
		}
		out.Socket = u.Path
	default:
		return URL{}, invalid("the URL of a Redis begins with rediss://, redis:// or unix://")
	}
	if err := out.query(u); err != nil {
		return URL{}, err
	}
	if out.Socket != "" {
		return out, out.check()
	}
	port := defaultPort
	if out.Master != "" {
		port = sentinelPort
	}
	for h := range strings.SplitSeq(hosts, ",") {
		addr, err := hostPort(strings.TrimSpace(h), port)
		if err != nil {
			return URL{}, err
		}
		out.Addrs = append(out.Addrs, addr)
	}
	if path := strings.Trim(u.Path, "/"); path != "" {
		if out.DB, err = database(path); err != nil {
			return URL{}, err
		}
	}
	return out, out.check()
}

// query reads the part after the question mark.
func (u *URL) query(parsed *url.URL) (err error) {
	all, err := url.ParseQuery(parsed.RawQuery)
	if err != nil {
		return invalid("what stands after the question mark in the URL of the Redis cannot be read")
	}
	for key, values := range all {
		value := values[len(values)-1]
		switch key {
		case "db":
			u.DB, err = database(value)
		case "master":
			u.Master = value
		case "cluster":
			u.Cluster, err = strconv.ParseBool(value)
			if err != nil {
				err = invalid("cluster in the URL of the Redis is true or false")
			}
		case "ca":
			u.CA = value
		case "name":
			u.Name = value
		case "sentinel_user":
			u.Sentinel = value
		case "sentinel_password_file":
			u.SentinelFile = value
		case "sentinel_password", "password":
			err = invalid("the URL of the Redis holds a password; leave it out; that of the Sentinels is in a file: sentinel_password_file=FILE")
		default:
			err = invalid("the URL of the Redis may have db, master, cluster, ca, name, sentinel_user and sentinel_password_file after the question mark, and nothing else")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// check says what is contradictory.
func (u URL) check() error {
	switch {
	case u.Cluster && u.Master != "":
		return invalid("a Redis is found through Sentinels or is a Cluster, not both")
	case u.Cluster && u.DB != 0:
		return invalid("a Cluster has database 0 alone")
	case u.Socket != "" && (u.Cluster || u.Master != ""):
		return invalid("a socket leads to one Redis, neither to Sentinels nor to a Cluster")
	case len(u.Addrs) > 1 && !u.Cluster && u.Master == "":
		return invalid("several hosts need master=NAME (Sentinels) or cluster=true after the question mark")
	case u.Master == "" && (u.Sentinel != "" || u.SentinelFile != ""):
		return invalid("sentinel_user and sentinel_password_file are for Sentinels: name the server they watch with master=NAME")
	case !u.TLS && (u.CA != "" || u.Name != ""):
		return invalid("ca and name are for rediss://, which uses TLS")
	}
	return nil
}

func database(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, invalid("the database of the Redis is a number, 0 and up")
	}
	return n, nil
}

func hostPort(text, port string) (string, error) {
	host, p, err := net.SplitHostPort(text)
	if err != nil {
		host, p = strings.Trim(text, "[]"), port
	}
	if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 || !isHost(host) {
		return "", invalid("the URL of the Redis needs a host, and its port is a number up to 65535")
	}
	return net.JoinHostPort(host, p), nil
}

// isHost reports whether text can be a name or an address. One with a colon must be
// an address of IPv6, without its brackets.
func isHost(text string) bool {
	if strings.Contains(text, ":") {
		_, err := netip.ParseAddr(text)
		return err == nil
	}
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || strings.ContainsRune("@[]\x7f", r) })
}

func cutLast(text, sep string) (before, after string, found bool) {
	i := strings.LastIndex(text, sep)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(sep):], true
}

// String is the URL in one form, which Parse reads. It may be shown.
func (u URL) String() string {
	q := url.Values{}
	set := func(key, value string) {
		if value != "" {
			q.Set(key, value)
		}
	}
	set("master", u.Master)
	set("ca", u.CA)
	set("name", u.Name)
	set("sentinel_user", u.Sentinel)
	set("sentinel_password_file", u.SentinelFile)
	if u.Cluster {
		q.Set("cluster", "true")
	}
	var b strings.Builder
	switch {
	case u.Socket != "":
		b.WriteString("unix://")
	case u.TLS:
		b.WriteString("rediss://")
	default:
		b.WriteString("redis://")
	}
	if u.User != "" {
		b.WriteString(strings.ReplaceAll(url.PathEscape(u.User), ":", "%3A") + "@") // no password begins here
	}
	if u.Socket != "" {
		b.WriteString((&url.URL{Path: u.Socket}).EscapedPath())
		if u.DB != 0 {
			q.Set("db", strconv.Itoa(u.DB))
		}
	} else {
		b.WriteString(strings.Join(u.Addrs, ","))
		if u.DB != 0 {
			fmt.Fprintf(&b, "/%d", u.DB)
		}
	}
	if len(q) > 0 {
		b.WriteString("?" + q.Encode())
	}
	return b.String()
}

// Plain reports whether data leaves this machine without encryption.
func (u URL) Plain() bool {
	if u.TLS || u.Socket != "" {
		return false
	}
	for _, addr := range u.Addrs {
		host, _, _ := net.SplitHostPort(addr)
		if ip := net.ParseIP(host); !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
			return true
		}
	}
	return false
}

func invalid(message string) error {
	return &core.Error{Class: core.Misuse, Remedy: core.RemedyRedisURL, Message: message}
}
