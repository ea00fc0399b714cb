package team

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// longestSealed limits the size of a token that is read. A longer value is another
// program's.
const longestSealed = 16 << 10

// longestLife limits what is read as a time in ms, so that sums of them fit a
// time.Duration.
const longestLife = math.MaxInt64 / int64(time.Millisecond) / 4

// sealed is the content of a sealed token.
type sealed struct {
	Token string `json:"t"`
	Life  int64  `json:"l"` // ms from Asked
	Asked int64  `json:"a"` // the Redis' time in ms, read before the upstream was asked
	Fence int64  `json:"f"`
	Seq   int64  `json:"s"`           // counts the tokens published under one lease
	By    string `json:"b,omitempty"` // the name of the member that fetched it
}

// version orders what was published: by fence, then by sequence.
type version struct{ fence, seq int64 }

func (v version) less(w version) bool {
	return v.fence < w.fence || v.fence == w.fence && v.seq < w.seq
}

// aad binds a sealed text to its place.
func (a *Account) aad() string { return "v1|" + a.team.name + "|" + a.acct + "|" + string(a.kind) }

func (a *Account) seal(s sealed) (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return a.team.keys.current.seal("tok", string(text), a.aad())
}

// open reads a sealed token.
func (a *Account) open(kid, text string) (sealed, error) {
	k := a.team.keys.find(kid)
	if k == nil {
		return sealed{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyTeamKey, Kind: a.kind,
			Message: core.SaysNotTheTeams + "; join the team again with a new invite",
		}
	}
	plain, ok := k.open("tok", text, a.aad())
	var s sealed
	if !ok || len(text) > longestSealed || json.Unmarshal([]byte(plain), &s) != nil || s.Token == "" || s.Life <= 0 || s.Life > longestLife || s.Asked < 0 || s.Asked > longestLife {
		return sealed{}, errTampered(a.kind)
	}
	return s, nil
}

// reseal seals the team's token with next, because a later member could not open it otherwise: keys
// work until the second new one. What is not the team's stays as it is.
func (a *Account) reseal(ctx context.Context, next key) error {
	fields, err := a.team.redis.HGetAll(ctx, a.tok).Result()
	if err != nil {
		return redisconn.Explain(err)
	}
	kid, text := fields["kid"], fields["tok"]
	k := a.team.keys.find(kid)
	if k == nil || kid == next.id || len(text) > longestSealed {
		return nil
	}
	plain, ok := k.open("tok", text, a.aad())
	if !ok {
		return nil
	}
	again, err := next.seal("tok", plain, a.aad())
	if err != nil {
		return core.AsError(err)
	}
	return asError(a.team.scripts.reseal.Run(ctx, a.team.redis, []string{a.tok}, fields["gen"], kid, again, next.id).Err())
}

func errTampered(kind core.Kind) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyTeamValue, Kind: kind,
		Message: core.SaysNotOfTheTeam + "; look who writes there, then use tokentray refresh --force",
	}
}

// left returns the remaining life of a sealed token at the Redis' time now. hint is
// the expiry stored beside it, which counts only if it is earlier. A Redis whose clock
// was set back gives a token no more life than it was sealed with.
func (s sealed) left(now, hint int64) time.Duration {
	end := s.Asked + s.Life
	if hint > 0 && hint < end {
		end = hint
	}
	now = max(now, s.Asked)
	return time.Duration(max(0, end-now)) * time.Millisecond
}
