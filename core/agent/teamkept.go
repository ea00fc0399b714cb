package agent

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/redisconn"
	"tokentray/core/team"
)

// A team is kept in three places. The database has its record. The vault has its
// keys, the password of its Redis, and the URL that the password is for, so that an
// edit of the database cannot send it elsewhere. The list of the vault's entries has
// a copy of the record: without it, a database restored from an older backup would
// lose the team. Then this machine would renew the token alone and kill the one that
// the others use.

// teamStore saves which teams this machine is in.
type teamStore interface {
	Teams() (map[string][]byte, error)
	// PutTeam saves a record and changed accounts in one transaction.
	PutTeam(name string, record []byte, changed ...core.Account) error
	// JoinTeam saves a record and adds accounts in one transaction.
	JoinTeam(name string, record []byte, made []core.Account, lines []core.Entry) error
	RemoveTeam(name string) error
}

// teamRecord is a team in the database. It is written before the vault gets the keys
// and removed after the vault lost them, so that a crash cannot leave keys in the
// vault that nothing refers to.
type teamRecord struct {
	Seq      int64     `json:"seq,omitempty"` // each newer record has a higher one
	Redis    string    `json:"redis"`
	Key      core.ID   `json:"key"` // under which the vault has the secrets
	MemberID string    `json:"member_id"`
	Member   string    `json:"member"`
	Accounts []core.ID `json:"accounts,omitempty"`
	// Entering is set while the team is made or joined. After a crash it is still
	// set, and the entry is undone.
	Entering entering `json:"entering,omitempty"`
	Leaving  bool     `json:"leaving,omitempty"`
	// Unlist are tokens to be taken off the team's roster, because they are no longer
	// shared or not yet.
	Unlist []core.TokenID `json:"unlist,omitempty"`
	// Parting are accounts that are being removed, or edited to ask for another
	// token, with the token for which they are shared.
	Parting map[core.ID]core.TokenID `json:"parting,omitempty"`
	// Relist is set if the Redis may not have the roster.
	Relist bool `json:"relist,omitempty"`
}

// entering is a way to become a member.
type entering string

const (
	founding entering = "found"
	joining  entering = "join"
)

func (r teamRecord) whole() bool { return r.Entering == "" && !r.Leaving }

// with returns the record with more shared accounts.
func (r teamRecord) with(ids ...core.ID) teamRecord {
	r.Accounts = slices.Clone(r.Accounts)
	for _, id := range ids {
		if !slices.Contains(r.Accounts, id) {
			r.Accounts = append(r.Accounts, id)
		}
	}
	return r
}

// without returns the record without some accounts.
func (r teamRecord) without(ids ...core.ID) teamRecord {
	r.Accounts = slices.DeleteFunc(slices.Clone(r.Accounts), func(id core.ID) bool { return slices.Contains(ids, id) })
	r.Parting = nil
	return r
}

// listed returns the record after a token was put on the roster or taken off it.
func (r teamRecord) listed(ids ...core.TokenID) teamRecord {
	r.Unlist = slices.DeleteFunc(slices.Clone(r.Unlist), func(id core.TokenID) bool { return slices.Contains(ids, id) })
	return r
}

// unlisted returns the record with a token to be taken off the roster.
func (r teamRecord) unlisted(id core.TokenID) teamRecord {
	r = r.listed(id)
	r.Unlist = append(r.Unlist, id)
	return r
}

// markTeam is the prefix of a team's entry in the vault's list.
const markTeam = "team:"

// teamCopy is the copy of a record in the vault's list.
type teamCopy struct {
	Name string `json:"name"`
	teamRecord
}

func teamMark(name string, r teamRecord) (string, error) {
	raw, err := json.Marshal(teamCopy{name, r})
	return markTeam + base64.RawURLEncoding.EncodeToString(raw), err
}

// teamOfMark is the inverse of teamMark; false: the entry is not a team.
func teamOfMark(mark string) (name string, r teamRecord, ok bool) {
	text, ok := strings.CutPrefix(mark, markTeam)
	if !ok {
		return "", r, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	var c teamCopy
	if err != nil || json.Unmarshal(raw, &c) != nil {
		return "", r, false
	}
	return c.Name, c.teamRecord, c.Name != "" && c.Key != ""
}

// load reads the teams. They begin at start.
func (t *teams) load() error {
	stored, err := t.store.Teams()
	if err != nil {
		return err
	}
	records, index := map[string]teamRecord{}, t.vault.parts.Index
	for name, raw := range stored {
		var r teamRecord
		if err := json.Unmarshal(raw, &r); err != nil {
			t.log.Warn("the record of a team cannot be read by this version", "team", name, "error", err)
			continue
		}
		if mark, ok := index.Mark(string(r.Key)); ok {
			if known, _, ok := teamOfMark(mark); ok && known != name {
				t.log.Warn("the database has a team under another name; it is dropped", "team", known)
				if err := t.store.RemoveTeam(name); err != nil {
					return core.AsError(err)
				}
				continue
			}
		}
		records[name] = r
	}
	for key, mark := range index.Entries() {
		name, copied, ok := teamOfMark(mark)
		if !ok || string(copied.Key) != key {
			continue
		}
		if r, there := records[name]; there && r.Seq >= copied.Seq && !index.Removed(string(r.Key)) {
			continue
		}
		t.log.Warn("the database had forgotten something of a team", "team", name)
		records[name] = copied
		raw, err := json.Marshal(copied)
		if err == nil {
			err = t.store.PutTeam(name, raw)
		}
		if err != nil {
			return core.AsError(err)
		}
	}
	t.all, t.of, t.told = map[string]*life{}, map[core.ID]*life{}, map[core.ID]api.AccountTeam{}
	for name, r := range records {
		for id, token := range r.Parting { // the crash came after the removal or the edit
			if a, there := t.accounts.get(id); !there || t.known(a.Kind) && t.keeper.TokenID(a) != token {
				r = r.without(id)
			}
		}
		if index.Removed(string(r.Key)) { // a person left it, but an older backup has it
			r.Leaving = true
		} else {
			t.list(name, r)
		}
		l := &life{name: name, record: r, err: lockedVault(nil)}
		t.all[name] = l
		for _, id := range r.Accounts {
			t.of[id] = l
		}
	}
	return nil
}

// list puts a copy of a record into the vault's list.
func (t *teams) list(name string, r teamRecord) {
	mark, err := teamMark(name, r)
	if err == nil {
		err = t.vault.parts.Index.Keep(map[string]string{string(r.Key): mark})
	}
	if err != nil {
		t.log.Warn("the list of vault entries does not tell of a team", "team", name, "error", err)
	}
}

// save saves a team's record together with changed accounts, and then uses it.
func (t *teams) save(l *life, r teamRecord, changed ...core.Account) error {
	return t.write(l, r, func(raw []byte) error { return t.store.PutTeam(l.name, raw, changed...) })
}

// write is save with any call of the store.
func (t *teams) write(l *life, r teamRecord, put func(raw []byte) error) error {
	r.Seq = max(l.record.Seq+1, t.now().UnixMilli())
	raw, err := json.Marshal(r)
	if err != nil {
		return core.AsError(err)
	}
	if err := put(raw); err != nil {
		return core.AsError(err)
	}
	t.list(l.name, r)
	t.use(l, r)
	return nil
}

// use makes a record the team's in memory.
func (t *teams) use(l *life, r teamRecord) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[l.name] = l
	for _, id := range l.record.Accounts {
		delete(t.of, id)
	}
	l.record = r
	for _, id := range r.Accounts {
		t.of[id] = l
	}
}

// forget removes a team from vault and database.
func (t *teams) forget(ctx context.Context, l *life) error {
	if err := t.vault.dropSecret(ctx, l.record.Key); err != nil {
		return err
	}
	if err := t.vault.parts.Index.Remove(string(l.record.Key)); err != nil {
		return err
	}
	if err := t.store.RemoveTeam(l.name); err != nil {
		return core.AsError(err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, l.name)
	for _, id := range l.record.Accounts {
		delete(t.of, id)
	}
	return nil
}

// secrets returns what the vault has of a team, and the Redis that it is for.
func (t *teams) secrets(ctx context.Context, l *life) (team.Invite, error) {
	raw, err := t.vault.secret(ctx, l.record.Key)
	if err != nil {
		return team.Invite{}, err
	}
	defer clear(raw)
	url, err := redisconn.Parse(l.record.Redis)
	if err != nil {
		return team.Invite{}, err
	}
	return team.Invite{Team: l.name, Redis: url}.WithSecrets(raw)
}

// shortTime bounds calls to a Redis while the agent starts.
const shortTime = 2 * time.Second

// giveUp ends a team that a crash interrupted while it was joined or left, or that
// was left but is in an older backup. It tells the Redis, pauses the accounts that
// this machine would otherwise fetch for alone, and removes the team from vault and
// database. If wait is set and the Redis does not answer, a team that was being
// joined is kept for the next try. The edit lock is held.
func (t *teams) giveUp(ctx context.Context, l *life, wait bool) error {
	switch invite, err := t.secrets(ctx, l); {
	case err == nil:
		if err := t.withdraw(ctx, l, invite); err != nil && wait && !l.record.Leaving {
			return err
		}
	case core.AsError(err).Class == core.VaultClosed && core.AsError(err).Remedy != core.RemedyTeamKey:
		return err
	}
	if ids := slices.Clone(l.record.Accounts); len(ids) > 0 {
		if _, err := t.part(l, ids, func(r *teamRecord) { r.Leaving = true }); err != nil {
			return err
		}
	}
	return t.forget(ctx, l)
}

// withdraw tells the Redis that this machine is not in a team.
func (t *teams) withdraw(ctx context.Context, l *life, invite team.Invite) error {
	made, client, err := t.connect(invite, l.record)
	if err != nil {
		return err
	}
	defer client.Close()
	defer made.Close()
	ctx, done := context.WithTimeout(ctx, shortTime)
	defer done()
	if l.record.Entering == founding {
		if err := made.Unfound(ctx); err != nil {
			return err
		}
	}
	return made.Bye(ctx)
}

// tidy corrects the roster after a crash, or after the Redis was unreachable. The
// edit lock is held.
func (t *teams) tidy(ctx context.Context, l *life) {
	ctx, done := context.WithTimeout(ctx, shortTime)
	defer done()
	if err := t.relist(ctx, l); err != nil {
		t.log.Warn("the team's list may lack what is shared from here", "team", l.name, "error", err)
	}
	if len(l.record.Unlist) == 0 || l.team == nil {
		return
	}
	for _, id := range l.record.Unlist {
		if t.shares(l, id) {
			continue // the removal or edit did not happen
		}
		if err := l.team.Unlist(ctx, id); err != nil {
			t.log.Warn("a token that is not shared from here is still on the team's list", "team", l.name, "error", err)
			return
		}
	}
	if err := t.save(l, l.record.listed(l.record.Unlist...)); err != nil {
		t.log.Warn("the record of a team is not up to date", "team", l.name, "error", err)
	}
}

// shares reports whether a team shares a token of this machine.
func (t *teams) shares(l *life, id core.TokenID) bool {
	return slices.ContainsFunc(l.record.Accounts, func(one core.ID) bool {
		a, ok := t.accounts.get(one)
		return ok && t.keeper.TokenID(a) == id
	})
}

// parting records that the tokens of accounts must come off the roster, before the
// accounts are removed or ask for other tokens. The edit lock is held.
func (t *teams) parting(accounts ...core.Account) error {
	records := map[*life]teamRecord{}
	for _, a := range accounts {
		l := t.sharing(a.ID)
		if l == nil {
			continue
		}
		r, begun := records[l]
		if !begun {
			r = l.record
			r.Parting = map[core.ID]core.TokenID{}
		}
		token := t.keeper.TokenID(a)
		r = r.unlisted(token)
		r.Parting[a.ID] = token
		records[l] = r
	}
	for l, r := range records {
		if err := t.save(l, r); err != nil {
			return err
		}
	}
	return nil
}

// relist writes the roster again to a Redis that may not have it. The edit lock is
// held.
func (t *teams) relist(ctx context.Context, l *life) error {
	if !l.record.Relist || l.team == nil {
		return nil
	}
	for _, id := range l.record.Accounts {
		if a, ok := t.accounts.get(id); ok {
			if err := l.team.List(ctx, t.keeper.TokenID(a), listed(a)); err != nil {
				return err
			}
		}
	}
	r := l.record
	r.Relist = false
	return t.save(l, r)
}
