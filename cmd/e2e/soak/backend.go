//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/cmd/e2e/upstream"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/redisconn"
)

// backend is the server of a team, which keeps tokens in its Redis as SDKs do. The
// agent reads them there and never asks upstream for these accounts.
type backend struct {
	url   string // of the Redis
	redis redisconn.Client
	up    *upstream.Upstream

	stop context.CancelFunc
	wg   sync.WaitGroup
}

// password is that of the Redis.
const password = "fedcba9876543210fedcba9876543210"

// layouts are those of the accounts of kind redis, in turn.
var layouts = []string{"plain", "json", "php", "wxjava"}

// ofBackend has the backend keep the account's token.
func ofBackend(n int, a *account) {
	l := layouts[n%len(layouts)]
	a.kept, _ = layout.Of(l, layout.Official)
	a.params = map[string]string{kinds.RedisLayout: l}
	if a.kept.Own() {
		a.params[kinds.RedisKey] = "backend:" + a.name
	}
}

// startBackend starts the Redis and keeps a token of each of its accounts there.
func (s *soak) startBackend(ctx context.Context) error {
	server, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("%w; assets/scripts/install-deps.sh test installs it", err)
	}
	socket := filepath.Join(s.Dir, "redis.sock")
	if _, err := s.Start("redis", server, "--port", "0", "--unixsocket", socket, "--requirepass", password,
		"--save", "", "--appendonly", "no", "--dir", s.Dir, "--daemonize", "no"); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	s.backend = &backend{url: "unix://" + socket, up: s.up, stop: stop}
	u, err := redisconn.Parse(s.backend.url)
	if err != nil {
		return err
	}
	s.backend.redis, err = redisconn.Open(u, redisconn.Options{Password: func(context.Context) (string, error) { return password, nil }})
	if err != nil {
		return err
	}
	err = desktop.Until(60*time.Second, "the Redis", func() error { return s.backend.redis.Ping(ctx).Err() })
	for _, a := range s.all {
		if a.kept.ID != "" && err == nil {
			s.up.Never(a.key())
			err = desktop.Until(60*time.Second, "a token for the Redis", func() error {
				_, err := s.backend.renew(ctx, a)
				return err
			})
			s.backend.wg.Go(func() { s.backend.keep(ctx, a) })
		}
	}
	return err
}

// close ends the backend; the desktop ends its Redis.
func (b *backend) close() {
	b.stop()
	b.wg.Wait()
	if b.redis != nil {
		_ = b.redis.Close()
	}
}

// keep renews an account's token in the Redis until the context ends, when half of its
// life is over.
func (b *backend) keep(ctx context.Context, a account) {
	wait := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		life, err := b.renew(ctx, a)
		if wait = life/2 + time.Second; err != nil { // upstream fails now and then
			wait = time.Second
		}
	}
}

// renew fetches a token and keeps it. It returns how long the token lives.
func (b *backend) renew(ctx context.Context, a account) (life time.Duration, err error) {
	body, err := json.Marshal(map[string]string{
		"grant_type": "client_credential", "appid": a.upstream.AppID, "secret": a.upstream.Secret.Reveal(),
	})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.up.URL+"/cgi-bin/stable_token", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set(upstream.Other, "backend")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
		Life  int64  `json:"expires_in"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Token == "" {
		return 0, errors.New("upstream gave the backend no token")
	}
	life = time.Duration(answer.Life) * time.Second
	text, ttl, err := a.kept.Write(answer.Token, life)
	if err != nil {
		return 0, err
	}
	key, err := a.kept.Key(layout.Name{AppID: a.upstream.AppID, Own: a.params[kinds.RedisKey]})
	if err != nil {
		return 0, err
	}
	return life, b.redis.Set(ctx, key, text, ttl).Err()
}
