package agent

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/redisconn/redistest"
)

// inTeam is a world with a team on a Redis and an account whose renewal kills the
// token of others.
func inTeam(t *testing.T) (*world, *running, *redistest.Server) {
	t.Helper()
	w, server := newWorld(t), redistest.Start(t)
	r := w.start()
	r.add("first", core.Sandbox)
	in := input("legacy", core.Sandbox, "wx00000000000000aa")
	in.Kind = ptr(kinds.WeChatLegacy)
	if _, err := r.client.Add(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.CreateTeam(t.Context(), api.TeamInput{Name: "five", Redis: server.URL, Member: "a"}); err != nil {
		t.Fatal(err)
	}
	return w, r, server
}

func legacyRef() api.Ref { return api.Ref{Name: "legacy", Env: core.Sandbox} }

// teamKey is the key under which the vault has a team's secrets.
func (r *running) teamKey() core.ID {
	r.world.t.Helper()
	keys := r.teams.keys()
	if len(keys) != 1 {
		r.world.t.Fatalf("%d teams, want 1", len(keys))
	}
	return keys[0]
}

func (r *running) inTeams() []string {
	r.world.t.Helper()
	all, err := r.client.Teams(r.world.t.Context())
	if err != nil {
		r.world.t.Fatal(err)
	}
	var out []string
	for _, one := range all {
		out = append(out, one.Name)
	}
	return out
}

func (r *running) team(ref api.Ref) *api.AccountTeam {
	r.world.t.Helper()
	a, err := r.client.Account(r.world.t.Context(), ref)
	if err != nil {
		r.world.t.Fatal(err)
	}
	return a.Team
}

// TestAnOlderDatabaseForgetsNoTeam: what was shared since the backup stays shared.
// Otherwise this machine would renew the token alone and kill the one that the others
// have.
func TestAnOlderDatabaseForgetsNoTeam(t *testing.T) {
	for name, c := range map[string]struct{ joined bool }{"from before the team": {false}, "from before the sharing": {true}} {
		t.Run(name, func(t *testing.T) {
			var w *world
			var r *running
			var old []byte
			if c.joined {
				w, r, _ = inTeam(t)
				old = w.copyOf(r)
			} else {
				w = newWorld(t)
				server := redistest.Start(t)
				r = w.start()
				in := input("legacy", core.Sandbox, "wx00000000000000aa")
				in.Kind = ptr(kinds.WeChatLegacy)
				if _, err := r.client.Add(t.Context(), in); err != nil {
					t.Fatal(err)
				}
				old = w.copyOf(r)
				if _, err := r.client.CreateTeam(t.Context(), api.TeamInput{Name: "five", Redis: server.URL, Member: "a"}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.client.Share(t.Context(), legacyRef(), api.ShareInput{}); err != nil {
				t.Fatal(err)
			}
			w.crash(r, old)
			r = w.start()
			if got := r.inTeams(); !slices.Equal(got, []string{"five"}) {
				t.Fatalf("the teams are %v", got)
			}
			if got := r.team(legacyRef()); got == nil || got.Name != "five" {
				t.Errorf("the account is shared with %+v", got)
			}
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			r = w.start() // it is in the restored database again
			if got := r.team(legacyRef()); got == nil {
				t.Error("after another start the account is not shared")
			}
		})
	}
}

// copyOf is the database as it is now.
func (w *world) copyOf(r *running) []byte {
	w.t.Helper()
	return w.read(w.home.DB())
}

// TestAnOlderDatabaseBringsNoTeamBack: a team that was left stays left, its key stays
// out of the vault, and the account that was paused at leaving is paused again.
func TestAnOlderDatabaseBringsNoTeamBack(t *testing.T) {
	w, r, _ := inTeam(t)
	if _, err := r.client.Share(t.Context(), legacyRef(), api.ShareInput{}); err != nil {
		t.Fatal(err)
	}
	key, old := r.teamKey(), w.copyOf(r)
	left, err := r.client.LeaveTeam(t.Context(), "five")
	if err != nil || !slices.Equal(left.Paused, []string{"legacy/sandbox"}) {
		t.Fatalf("leave: %+v %v", left, err)
	}
	w.crash(r, old)
	r = w.start()
	if got := r.inTeams(); len(got) > 0 {
		t.Errorf("the teams are %v", got)
	}
	a, err := r.client.Account(t.Context(), legacyRef())
	if err != nil || a.Auto || a.Team != nil {
		t.Errorf("the account is renewed %v, shared with %+v: %v", a.Auto, a.Team, err)
	}
	if slices.Contains(w.ring.keys(), string(key)) {
		t.Error("the vault has the team's key")
	}
}

// torn is a store that fails at a given moment.
type torn struct {
	Store
	at func(record teamRecord) bool
}

var errTorn = errors.New("the agent is killed here")

func (s torn) PutTeam(name string, raw []byte, changed ...core.Account) error {
	var r teamRecord
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	if s.at(r) {
		return errTorn
	}
	return s.Store.PutTeam(name, raw, changed...)
}

// TestAnEntryIntoATeamThatWasCutOffIsUndone: an agent that is killed while it makes a
// team leaves neither a record nor a key, and the name is free on the Redis.
func TestAnEntryIntoATeamThatWasCutOffIsUndone(t *testing.T) {
	w, server := newWorld(t), redistest.Start(t)
	r := w.start()
	r.add("first", core.Sandbox)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	var key core.ID
	var db, index, secret []byte
	w.over = func(s Store) Store {
		return torn{s, func(r teamRecord) bool {
			if r.whole() {
				key, db, index = r.Key, w.read(w.home.DB()), w.read(w.home.VaultIndex())
				secret, _ = w.ring.Memory.Get(context.Background(), string(key))
			}
			return r.whole()
		}}
	}
	r = w.start()
	w.over = nil
	in := api.TeamInput{Name: "five", Redis: server.URL, Member: "a"}
	if _, err := r.client.CreateTeam(t.Context(), in); err == nil {
		t.Fatal("the team was made")
	}
	// Restore the state of that moment: a killed agent cleans up nothing.
	w.crash(r, db)
	if err := os.WriteFile(w.home.VaultIndex(), index, 0o600); err != nil {
		t.Fatal(err)
	}
	var kept struct{ Keys struct{ ID string } }
	if err := json.Unmarshal(secret, &kept); err != nil || kept.Keys.ID == "" {
		t.Fatalf("the vault had no key of the team: %v", err)
	}
	client := server.Client()
	defer client.Close()
	if err := errors.Join(w.ring.Set(t.Context(), string(key), secret), client.HSet(t.Context(), "{tt:five:}roster", "key", kept.Keys.ID).Err()); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if got := r.inTeams(); len(got) > 0 || r.teams.find("five") != nil {
		t.Errorf("the teams are %v", got)
	}
	if slices.Contains(w.ring.keys(), string(key)) {
		t.Error("the vault has the team's key")
	}
	if n, err := client.Exists(t.Context(), "{tt:five:}roster", "{tt:five:}members").Result(); err != nil || n > 0 {
		t.Errorf("%d keys are left on the Redis: %v", n, err)
	}
	if _, err := r.client.CreateTeam(t.Context(), in); err != nil {
		t.Errorf("make it again: %v", err)
	}
}

// TestTheVaultSaysWhereATeamsPasswordGoes: if the database names another Redis, the
// password still goes to the one that it was entered for.
func TestTheVaultSaysWhereATeamsPasswordGoes(t *testing.T) {
	w, r, server := inTeam(t)
	l := r.teams.find("five")
	forged, heard := l.record, make(chan string, 100)
	forged.Redis, forged.Seq = hearing(t, heard), forged.Seq+1
	raw, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.parts.Store.PutTeam("five", raw); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	all, err := r.client.Teams(t.Context())
	if err != nil || len(all) != 1 || all[0].Redis != server.URL || all[0].Error != nil {
		t.Errorf("the teams are %+v: %v", all, err)
	}
	if len(heard) > 0 {
		t.Errorf("the Redis that the database names was sent %q", <-heard)
	}
}

// TestUnsharingWithoutTheRedisIsFinishedLater: the account is this machine's own at
// once, and leaves the team's list when the Redis answers.
func TestUnsharingWithoutTheRedisIsFinishedLater(t *testing.T) {
	w, r, server := inTeam(t)
	if _, err := r.client.Share(t.Context(), legacyRef(), api.ShareInput{}); err != nil {
		t.Fatal(err)
	}
	client := server.Client()
	defer client.Close()
	listed := func() int64 {
		n, err := client.HLen(context.Background(), "{tt:five:}roster").Result()
		if err != nil {
			t.Fatal(err)
		}
		return n - 1 // without the ID of the key
	}
	if n := listed(); n != 1 {
		t.Fatalf("%d are on the list", n)
	}
	server.Stop()
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	a, err := r.client.Unshare(ctx, legacyRef())
	server.Continue()
	if err != nil || a.Team != nil || a.Auto {
		t.Errorf("unshare: %+v, renewed %v: %v", a.Team, a.Auto, err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.start()
	if n := listed(); n != 0 {
		t.Errorf("%d are still on the list", n)
	}
}
