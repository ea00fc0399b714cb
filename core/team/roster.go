package team

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// In addition to its accounts a team has two hashes in the Redis, both sealed:
//
//	{tt:TEAM:}roster   what is shared, and under keyField the id of the key in use
//	{tt:TEAM:}members  the members, and when each last said hello
//
// The roster is for people: it says what they join, and an account can be made from
// it.

// Listed is an account of the roster. It contains no secret.
type Listed struct {
	Name    string       `json:"name"`
	Env     core.Env     `json:"env"`
	Kind    core.Kind    `json:"kind"`
	Product core.Product `json:"product,omitempty"`
	AppID   string       `json:"appid,omitempty"`
	BaseURL string       `json:"base_url,omitempty"`
	Params  core.Params  `json:"params,omitzero"`
	By      string       `json:"by"` // ID of the member that listed it
}

// Other is a member of a team.
type Other struct {
	ID, Name, Version string
	Seen              time.Duration // ago
	OldKey            bool          // it has not joined again since a Rotate
	holder            string
}

// Names of two fields. They are shorter than any account's name or ID.
const (
	keyField   = "key"
	forgetting = 30 * 24 * time.Hour // a member that has said no hello for that long is gone
)

func (t *Team) rosterKey() string  { return "{tt:" + t.name + ":}roster" }
func (t *Team) membersKey() string { return "{tt:" + t.name + ":}members" }

// Found registers this team under its name on the Redis. It refuses if the name is
// taken.
func (t *Team) Found(ctx context.Context) error {
	made, err := t.redis.HSetNX(ctx, t.rosterKey(), keyField, t.keys.current.id).Result()
	id := t.keys.current.id
	if err == nil && !made { // perhaps this call registered it, and its first answer came too late
		id, err = t.redis.HGet(ctx, t.rosterKey(), keyField).Result()
	}
	switch {
	case err != nil:
		return redisconn.Explain(err)
	case id != t.keys.current.id:
		return &core.Error{
			Class: core.Misuse, Remedy: core.RemedyTeamThere,
			Message: "the Redis has a team of that name already; " + core.SaysJoinTheTeam,
		}
	}
	return nil
}

// Unfound undoes Found, unless something is shared already or the team is another
// one.
func (t *Team) Unfound(ctx context.Context) error {
	fields, err := t.redis.HGetAll(ctx, t.rosterKey()).Result()
	if err != nil {
		return redisconn.Explain(err)
	}
	if len(fields) != 1 || fields[keyField] != t.keys.current.id {
		return nil
	}
	return asError(t.redis.HDel(ctx, t.rosterKey(), keyField).Err())
}

// Check returns an error if the team seals with another key now, so that this
// member's keys, or the invite they came from, are old. It repairs a Redis that lost
// its keys, and finishes a Turnover that this member began and did not finish.
func (t *Team) Check(ctx context.Context) error {
	id, err := t.redis.HGet(ctx, t.rosterKey(), keyField).Result()
	if errors.Is(err, redis.Nil) {
		_, err = t.redis.HSetNX(ctx, t.rosterKey(), keyField, t.keys.current.id).Result()
		id = t.keys.current.id
	}
	switch {
	case err != nil:
		return redisconn.Explain(err)
	case t.keys.older != nil && id == t.keys.older.id:
		return t.Turnover(ctx, t.keys)
	case id != t.keys.current.id:
		return errOldKey()
	}
	return nil
}

// isCurrent reports whether the team seals with this member's key now.
func (t *Team) isCurrent(ctx context.Context) bool {
	id, err := t.redis.HGet(ctx, t.rosterKey(), keyField).Result()
	return err == nil && id == t.keys.current.id
}

func errOldKey() error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyTeamKey,
		Message: "the team has another key by now; join it again by a new invite",
	}
}

// note seals v for a field of a hash.
func (t *Team) note(use, field string, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", core.AsError(err)
	}
	sealed, err := t.keys.current.seal(use, string(text), "v1|"+t.name+"|"+use+"|"+field)
	if err != nil {
		return "", core.AsError(err)
	}
	return sealed, nil
}

// denote opens what note sealed, with either key; false: it is not the team's.
func (t *Team) denote(use, field, kid, sealed string, into any) bool {
	k := t.keys.find(kid)
	if k == nil || len(sealed) > longestSealed {
		return false
	}
	text, ok := k.open(use, sealed, "v1|"+t.name+"|"+use+"|"+field)
	return ok && json.Unmarshal([]byte(text), into) == nil
}

// List puts an account on the roster.
func (t *Team) List(ctx context.Context, id core.TokenID, l Listed) error {
	l.By = t.self.ID
	field := t.keys.acct(id)
	sealed, err := t.note("roster", field, l)
	if err != nil {
		return err
	}
	return asError(t.redis.HSet(ctx, t.rosterKey(), field, t.keys.current.id+"|"+sealed).Err())
}

// Unlist takes an account off the roster if this member listed it.
func (t *Team) Unlist(ctx context.Context, id core.TokenID) error {
	field := t.keys.acct(id)
	value, err := t.redis.HGet(ctx, t.rosterKey(), field).Result()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	if err != nil {
		return redisconn.Explain(err)
	}
	var l Listed
	kid, sealed, _ := strings.Cut(value, "|")
	if !t.denote("roster", field, kid, sealed, &l) || l.By != t.self.ID {
		return nil
	}
	return asError(t.redis.HDel(ctx, t.rosterKey(), field).Err())
}

// Roster returns what the team shares, by name. Entries that are not the team's are
// skipped and counted as odd.
func (t *Team) Roster(ctx context.Context) (all []Listed, odd int, err error) {
	fields, err := t.redis.HGetAll(ctx, t.rosterKey()).Result()
	if err != nil {
		return nil, 0, redisconn.Explain(err)
	}
	delete(fields, keyField)
	for field, value := range fields {
		var l Listed
		kid, sealed, _ := strings.Cut(value, "|")
		if !t.denote("roster", field, kid, sealed, &l) {
			odd++
			continue
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Listed) int {
		return cmp.Or(core.CompareNames(a.Name, a.Env, b.Name, b.Env), cmp.Compare(a.AppID, b.AppID), cmp.Compare(a.Kind, b.Kind))
	})
	return all, odd, nil
}

// memberNote is what the others learn about a member.
type memberNote struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Holder  string `json:"holder"` // how its leases are signed
}

// Hello tells the others that this member exists.
func (t *Team) Hello(ctx context.Context) error {
	sealed, err := t.note("member", t.self.ID, memberNote{t.self.Name, t.self.Version, t.holder})
	if err != nil {
		return err
	}
	return asError(t.scripts.hello.Run(ctx, t.redis, []string{t.membersKey()}, t.self.ID, sealed, t.keys.current.id).Err())
}

// Bye tells the others that this member has left.
func (t *Team) Bye(ctx context.Context) error {
	return asError(t.redis.HDel(ctx, t.membersKey(), t.self.ID).Err())
}

// Members returns the members that said hello in the last month, by name.
func (t *Team) Members(ctx context.Context) ([]Other, error) {
	now, err := t.redis.Time(ctx).Result()
	if err != nil {
		return nil, redisconn.Explain(err)
	}
	fields, err := t.redis.HGetAll(ctx, t.membersKey()).Result()
	if err != nil {
		return nil, redisconn.Explain(err)
	}
	var all []Other
	for id, value := range fields {
		at, rest, _ := strings.Cut(value, "|")
		kid, sealed, _ := strings.Cut(rest, "|")
		ms, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			continue
		}
		o := Other{ID: id, Seen: max(0, now.Sub(time.UnixMilli(ms))), OldKey: kid != t.keys.current.id}
		if o.Seen > forgetting {
			if err := t.redis.HDel(ctx, t.membersKey(), id).Err(); err != nil {
				t.log.Debug("a member that is gone stays on the list", "error", redisconn.Explain(err))
			}
			continue
		}
		var n memberNote
		if t.denote("member", id, kid, sealed, &n) {
			o.Name, o.Version, o.holder = n.Name, n.Version, n.Holder
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b Other) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// Turnover makes next the team's keys. It seals the tokens and the roster again, and
// members that have only the old keys learn that they must join again. The caller saves
// next before.
func (t *Team) Turnover(ctx context.Context, next Keys) error {
	all, err := t.redis.HGetAll(ctx, t.rosterKey()).Result()
	if err != nil {
		return redisconn.Explain(err)
	}
	after := &Team{name: t.name, self: t.self, keys: next}
	set := []any{keyField, next.current.id}
	for field, value := range all {
		var l Listed
		kid, sealed, _ := strings.Cut(value, "|")
		if field == keyField || !t.denote("roster", field, kid, sealed, &l) {
			continue
		}
		if err := t.account(l.Kind, field).reseal(ctx, next.current); err != nil {
			return err
		}
		again, err := after.note("roster", field, l)
		if err != nil {
			return err
		}
		set = append(set, field, next.current.id+"|"+again)
	}
	return asError(t.redis.HSet(ctx, t.rosterKey(), set...).Err())
}

// Stand is the state of an account in the Redis.
type Stand struct {
	Holder string        // the name of the member that has the lease; "" for none
	Fence  int64         // of the newest lease
	Next   time.Duration // until a renewal may begin
	Published
}

// Stand reads the state of an account, for people. day is that of Read.
func (m *Member) Stand(ctx context.Context, id core.ID, others []Other) (Stand, error) {
	m.mu.RLock()
	p := m.shared[id]
	m.mu.RUnlock()
	if p == nil {
		return Stand{}, nil
	}
	a := p.account
	got, err := a.team.scripts.stand.Run(ctx, a.team.redis, []string{a.lease, a.fence, a.tok, a.next}).Slice()
	if err != nil {
		return Stand{}, redisconn.Explain(err)
	}
	if len(got) != 6 {
		return Stand{}, errTampered(a.kind)
	}
	var out Stand
	text := func(i int) string { s, _ := got[i].(string); return s }
	if lease, _ := got[1].(int64); lease > 0 {
		holder, _, _ := strings.Cut(text(0), "#")
		out.Holder = "?"
		for _, o := range others {
			if o.holder == holder {
				out.Holder = o.Name
			}
		}
	}
	out.Fence, _ = strconv.ParseInt(text(2), 10, 64)
	if ms, _ := got[3].(int64); ms > 0 {
		out.Next = time.Duration(ms) * time.Millisecond
	}
	out.Published, err = a.Read(ctx, p.day())
	return out, err
}

// Health is the state of a team's Redis.
type Health struct {
	Latency time.Duration // of a round trip
	Policy  string        // its maxmemory-policy; "" if it does not tell
}

// Evicts reports whether the Redis may delete keys without an expiry, such as the
// fences, when its memory is full.
func (h Health) Evicts() bool { return strings.HasPrefix(h.Policy, "allkeys") }

// Health asks the Redis for its state.
func (t *Team) Health(ctx context.Context) (Health, error) {
	began := time.Now()
	if err := t.redis.Ping(ctx).Err(); err != nil {
		return Health{}, redisconn.Explain(err)
	}
	h := Health{Latency: time.Since(began)}
	if got, err := t.redis.ConfigGet(ctx, "maxmemory-policy").Result(); err == nil { // a cloud service may not allow it
		h.Policy = got["maxmemory-policy"]
	}
	return h, nil
}
