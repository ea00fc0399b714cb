//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/redisconn"
	"tokentray/core/team"
)

// server is a real Redis beside a home. Teams meet there, and pushes go into it.
type server struct {
	url   redisconn.URL
	redis redisconn.Client
}

// redisPassword is that of the server.
const redisPassword = "hunter2-of-the-redis"

func startServer(d *desktop.Desktop) (*server, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("%w; assets/scripts/install-deps.sh test installs it", err)
	}
	socket := filepath.Join(d.Dir, "redis.sock")
	if _, err := d.Start("redis", program, "--port", "0", "--unixsocket", socket, "--requirepass", redisPassword,
		"--save", "", "--appendonly", "no", "--dir", d.Dir, "--daemonize", "no"); err != nil {
		return nil, err
	}
	s := &server{}
	if s.url, err = redisconn.Parse("unix://" + socket); err != nil {
		return nil, err
	}
	if s.redis, err = s.open(); err != nil {
		return nil, err
	}
	return s, desktop.Until(60*time.Second, "the Redis", func() error { return s.redis.Ping(context.Background()).Err() })
}

func (s *server) open() (redisconn.Client, error) {
	return redisconn.Open(s.url, redisconn.Options{Password: func(context.Context) (string, error) { return redisPassword, nil }})
}

// membership is the team that the agent is in, as it was acknowledged.
type membership struct {
	name   string          // empty: none
	others map[string]bool // AppIDs that another member has put on the roster
	joined bool            // there is another member
}

// teaming thinks of something to do with teams.
func (w *world) teaming(appID string) deed {
	if w.team.name == "" {
		if w.rng.IntN(2) == 0 {
			return w.creation()
		}
		return w.join(appID)
	}
	switch n := w.rng.IntN(40); {
	case n < 4:
		return w.leaving()
	case n < 6: // its invite takes a second
		return w.rotation()
	case w.book[appID].Shared:
		return w.unsharing(appID)
	case w.lives[appID] < time.Hour: // its renewals would wait for a lease that a dead agent has
		return w.edit("note", appID, false, func(k *kept) { k.Note = w.word() })
	}
	return w.sharing(appID)
}

func (w *world) creation() deed {
	name := fmt.Sprintf("t%d-%x", w.serial, w.rng.Uint32())
	return deed{"team create", nil, nil, w.book, func(ctx context.Context) error {
		_, err := w.client.CreateTeam(ctx, api.TeamInput{Name: name, Redis: w.server.url.String(), Password: redisPassword, Member: "home"})
		return err
	}, &membership{name: name}}
}

// join joins a team that another machine has made, which shares an account of this home's
// and one that is not there yet.
func (w *world) join(appID string) deed {
	name := fmt.Sprintf("j%d-%x", w.serial, w.rng.Uint32())
	k := kept{Name: w.word(), Env: core.Sandbox, Kind: kinds.WeChat, Shared: true}
	newID := fmt.Sprintf("wx%016x", w.rng.Uint64())
	w.lives[newID] = 2 * time.Hour
	to := &membership{name: name, others: map[string]bool{newID: true}, joined: true}
	after, touches := w.book.with(newID, func(to *kept) { *to = k }), []string{newID}
	if was := w.book[appID]; was.Secret != "" && w.lives[appID] > time.Hour {
		touches, to.others[appID] = append(touches, appID), true
		after = after.with(appID, func(k *kept) { k.Shared = true })
	}
	return deed{"team join", touches, nil, after, func(ctx context.Context) error {
		keys := team.NewKeys()
		other, err := team.New(name, keys, w.server.redis, team.Options{Self: team.Self{ID: "other", Name: "other", Version: "1"}})
		if err != nil {
			return err
		}
		defer other.Close()
		if err := errors.Join(other.Found(ctx), other.Hello(ctx)); err != nil {
			return err
		}
		for _, id := range touches {
			of := after[id]
			if err := other.List(ctx, w.tokenID(id, of), team.Listed{Name: of.Name, Env: of.Env, Kind: of.Kind, Product: kinds.ProductOfficial, AppID: id, BaseURL: w.up.URL}); err != nil {
				return err
			}
		}
		file, err := team.Invite{Team: name, Redis: w.server.url, Keys: keys, Password: core.NewSecret(redisPassword)}.Seal(core.NewSecret(passphrase), 10)
		if err != nil {
			return err
		}
		_, err = w.client.JoinTeam(ctx, api.TeamJoin{Age: file, Passphrase: passphrase, Member: "home", Apply: true})
		return err
	}, to}
}

// tokenID is how the agent names the token of an account.
func (w *world) tokenID(appID string, k kept) core.TokenID {
	return core.NewTokenID(core.Account{Kind: k.Kind, BaseURL: w.up.URL, AppID: appID}, "", nil)
}

func (w *world) sharing(appID string) deed {
	k := w.book[appID]
	return deed{"team share", []string{appID}, nil, w.book.with(appID, func(k *kept) { k.Shared = true }), func(ctx context.Context) error {
		_, err := w.client.Share(ctx, api.Ref{Name: k.Name, Env: k.Env}, api.ShareInput{})
		return err
	}, nil}
}

// destructive reports whether a fetch of a kind kills the token at hand.
func destructive(k core.Kind) bool {
	spec, _ := kinds.Builtin().Of(k)
	return spec.Traits.Destructive()
}

// alone is an account that is shared no more: one for which a fetch would kill the team's
// token is paused.
func alone(k *kept) {
	k.Shared = false
	if destructive(k.Kind) {
		k.Auto = false
	}
}

func (w *world) unsharing(appID string) deed {
	k := w.book[appID]
	return deed{"team unshare", []string{appID}, nil, w.book.with(appID, alone), func(ctx context.Context) error {
		_, err := w.client.Unshare(ctx, api.Ref{Name: k.Name, Env: k.Env})
		return err
	}, nil}
}

func (w *world) leaving() deed {
	after, touches := w.book, []string(nil)
	for _, id := range w.book.ids() {
		if w.book[id].Shared {
			after, touches = after.with(id, alone), append(touches, id)
		}
	}
	return deed{"team leave", touches, nil, after, func(ctx context.Context) error {
		_, err := w.client.LeaveTeam(ctx, w.team.name)
		return err
	}, &membership{}}
}

func (w *world) rotation() deed {
	return deed{"team rotate-key", nil, nil, w.book, func(ctx context.Context) error {
		_, err := w.client.RotateTeam(ctx, w.team.name, core.NewSecret(passphrase))
		return err
	}, nil}
}

// pushKey is the key of a push into the Redis.
func pushKey(appID string, n int) string { return fmt.Sprintf("push:%s:%d", appID, n) }

func (w *world) redisPush(appID string) deed {
	k, password := w.book[appID], redisPassword
	place := core.RedisPlace{URL: w.server.url.String(), Layout: "plain", Key: pushKey(appID, k.Pushes)}
	after := w.book.with(appID, func(k *kept) { k.Pushes, k.Redis = k.Pushes+1, true })
	return deed{"push into a Redis", []string{appID}, nil, after, func(ctx context.Context) error {
		_, err := w.client.AddPush(ctx, api.Ref{Name: k.Name, Env: k.Env}, api.PushInput{Kind: core.PushRedis, Redis: &place, RedisPassword: &password})
		return err
	}, nil}
}

// pushedInto looks at what a push wrote into the Redis: a whole token of the account.
func (w *world) pushedInto(appID string, n int) {
	token, err := w.server.redis.Get(context.Background(), pushKey(appID, n)).Result()
	if errors.Is(err, redis.Nil) {
		return // it is none of the Redis', or has had no token yet
	}
	if err != nil || !w.up.Issued(appID, token) {
		w.t.fault("what was pushed of %s into the Redis is no token of its own: %d bytes, %v", appID, len(token), err)
	}
}

// lookAtTeam holds the agent's team against the one that was acknowledged, and what vault
// and Redis have of it against the agent's. outcome is what became of the accounts of a
// change under way.
func (w *world) lookAtTeam(ctx context.Context, entries map[string][]byte, got book, outcome string) error {
	all, err := w.client.Teams(ctx)
	if err != nil {
		return err
	}
	is := membership{}
	switch {
	case len(all) > 1:
		w.t.fault("the agent is in %d teams", len(all))
	case len(all) == 1:
		is.name = all[0].Name
		if e := all[0].Error; e != nil {
			w.t.fault("the team %s says %v", is.name, e)
		}
	}
	gone := ""
	next := w.under != nil && w.under.team != nil && is.name == w.under.team.name
	switch {
	case is.name == w.team.name && !next:
		if w.under != nil && w.under.team != nil {
			gone = w.under.team.name
			if outcome == "was made" && len(w.under.touches) > 0 {
				w.t.fault("%s is half: its accounts were changed, and the team is still %q", w.under.what, is.name)
			}
		}
		is = w.team
	case next:
		if outcome != "was made" && len(w.under.touches) > 0 {
			w.t.fault("%s is half: the team is %q, and its accounts: %s", w.under.what, is.name, outcome)
		}
		gone, is = w.team.name, *w.under.team
	default:
		w.t.fault("the team is %q, and was acknowledged as %q", is.name, w.team.name)
	}
	for _, name := range []string{gone, w.left} {
		if name != "" && name != is.name {
			w.lookAtGone(ctx, name)
		}
	}
	w.team = is
	return w.lookAtKeys(ctx, entries, got)
}

// lookAtGone looks at what the Redis has of a team that this machine is not in.
func (w *world) lookAtGone(ctx context.Context, name string) {
	members, err := w.server.redis.HKeys(ctx, "{tt:"+name+":}members").Result()
	members = slices.DeleteFunc(members, func(id string) bool { return id == "other" })
	if err != nil || len(members) > 0 {
		w.t.fault("the Redis lists this machine in %s, in which it is not: %v, %v", name, members, err)
	}
	if w.under != nil && w.under.what == "team create" && w.under.team.name == name {
		if n, err := w.server.redis.Exists(ctx, "{tt:"+name+":}roster").Result(); err != nil || n > 0 {
			w.t.fault("the Redis has the team %s, which was not made: %v", name, err)
		}
	}
}

// lookAtKeys opens the roster with the keys in the vault: there are those of the team and
// no others, and what is shared is on the roster, no more and no less.
func (w *world) lookAtKeys(ctx context.Context, entries map[string][]byte, got book) error {
	var of [][]byte
	for _, raw := range entries {
		var e struct{ Keys json.RawMessage }
		if json.Unmarshal(raw, &e) == nil && len(e.Keys) > 0 {
			of = append(of, raw)
		}
	}
	want := 0
	if w.team.name != "" {
		want = 1
	}
	if len(of) != want {
		w.t.fault("the vault has the keys of %d teams, and the agent is in %d", len(of), want)
	}
	if len(of) == 0 || want == 0 {
		return nil
	}
	invite, err := team.Invite{Team: w.team.name}.WithSecrets(of[0])
	if err != nil {
		return fmt.Errorf("the keys in the vault: %w", err)
	}
	if url := invite.Redis.String(); url != w.server.url.String() || invite.Password.Reveal() != redisPassword {
		w.t.fault("the vault has a password for the Redis at %s", url)
	}
	seen, err := team.New(w.team.name, invite.Keys, w.server.redis, team.Options{})
	if err != nil {
		return err
	}
	defer seen.Close()
	listed, odd, err := seen.Roster(ctx)
	if err != nil || odd > 0 {
		w.t.fault("%d entries of the roster cannot be opened: %v", odd, err)
	}
	on := map[string]bool{}
	for _, l := range listed {
		on[l.AppID] = true
		if !got[l.AppID].Shared && !w.team.others[l.AppID] {
			w.t.fault("%s is on the roster of %s and not shared", l.AppID, w.team.name)
		}
	}
	for _, id := range got.ids() {
		if got[id].Shared && !on[id] {
			w.t.fault("%s is shared and not on the roster of %s", id, w.team.name)
		}
	}
	return nil
}

// redisPasswords looks whether the vault has the password of each push into a Redis that
// was acknowledged.
func (w *world) redisPasswords(entries map[string][]byte, list api.List) (has map[string]bool) {
	has = map[string]bool{}
	for _, a := range list.Accounts {
		var e struct{ Redis map[string]string }
		if json.Unmarshal(entries[string(a.ID)], &e) == nil && e.Redis[w.server.url.String()] == redisPassword {
			has[a.AppID] = true
		}
	}
	return has
}

// close ends what was begun.
func (s *server) close() {
	if s != nil && s.redis != nil {
		_ = s.redis.Close()
	}
}
