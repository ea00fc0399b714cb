package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"tokentray/core"
)

// TeamCalls are about teams, whose machines have one token of an account together.
type TeamCalls interface {
	// Teams are those that this machine is in, as they stand: each one's Redis is asked.
	Teams(ctx context.Context) ([]Team, error)
	// CreateTeam makes a team on a Redis and joins it.
	CreateTeam(ctx context.Context, in TeamInput) (Team, error)
	// InviteTo encrypts what another machine needs to join. It is a secret, whoever
	// knows the passphrase can use the team's tokens.
	InviteTo(ctx context.Context, team string, passphrase core.Secret) (Invite, error)
	// JoinTeam opens an invite and tells what the team shares; with Apply it joins. A
	// machine that is in the team already gets its new keys and passwords.
	JoinTeam(ctx context.Context, in TeamJoin) (TeamJoined, error)
	// LeaveTeam forgets a team. Its accounts stay and keep their tokens.
	LeaveTeam(ctx context.Context, team string) (TeamLeft, error)
	// EditTeam changes where the team's Redis is, or its password, once that Redis has
	// answered.
	EditTeam(ctx context.Context, team string, in TeamEdit) (Team, error)
	// RotateTeam makes a new key, and an invite by which the others join again.
	RotateTeam(ctx context.Context, team string, passphrase core.Secret) (Invite, error)
	// Share makes the token of an account a team's.
	Share(ctx context.Context, ref Ref, in ShareInput) (Account, error)
	// Unshare makes it this machine's own again. Where a fetch from here would kill the
	// team's token, the account is paused.
	Unshare(ctx context.Context, ref Ref) (Account, error)
}

// Team is a team that this machine is in.
type Team struct {
	Name  string `json:"name"`
	Redis string `json:"redis"`           // URL, without a password
	Plain bool   `json:"plain,omitempty"` // what is sent to the Redis can be read on its way
	Self  string `json:"self"`            // this machine's name in the team
	// Accounts are those of this machine that it shares, as NAME/ENV.
	Accounts []TeamAccount `json:"accounts,omitempty"`
	Members  []TeamMember  `json:"members,omitempty"`
	// Latency is the time of a round trip to the Redis, in nanoseconds.
	Latency time.Duration `json:"latency,omitempty"`
	// Eviction is the policy by which a full Redis throws keys away; empty when it does
	// not tell. Evicts: it may throw away what the team needs.
	Eviction string `json:"eviction,omitempty"`
	Evicts   bool   `json:"evicts,omitempty"`
	Error    *Error `json:"error,omitempty"` // what is wrong
}

// TeamAccount is an account that a team shares, as it stands in the Redis.
type TeamAccount struct {
	Account     string    `json:"account"`          // NAME/ENV, here
	Holder      string    `json:"holder,omitempty"` // who has the right to fetch just now
	Fence       int64     `json:"fence"`            // how often that right was given
	By          string    `json:"by,omitempty"`     // who fetched the token
	At          time.Time `json:"at,omitzero"`      // and when
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	NextTry     time.Time `json:"next_try,omitzero"` // when the token is renewed next: here or, where it is only used here, by the others
	CallsToday  int       `json:"calls_today"`       // of the whole team
	ForcedToday int       `json:"forced_today,omitempty"`
	Reported    bool      `json:"reported,omitempty"` // somebody says that the token fails
	Error       *Error    `json:"error,omitempty"`
}

// TeamMember is a member of a team.
type TeamMember struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Seen    int64  `json:"seen"` // seconds ago
	Self    bool   `json:"self,omitempty"`
	OldKey  bool   `json:"old_key,omitempty"` // it has not joined again since the team has another key
}

// AccountTeam is what a row says of an account that is shared.
type AccountTeam struct {
	Name  string    `json:"name"`
	By    string    `json:"by,omitempty"`    // who renewed last
	At    time.Time `json:"at,omitzero"`     // and when
	Error *Error    `json:"error,omitempty"` // why the token is the team's last one
}

// TeamInput is what a person enters for a new team.
type TeamInput struct {
	Name     string `json:"name"`
	Redis    string `json:"redis"` // URL without a password
	Password string `json:"password,omitempty"`
	Member   string `json:"member,omitempty"` // this machine's name; empty: its host name
	// Plain is consent to a Redis on another host without TLS.
	Plain bool `json:"plain,omitempty"`
}

// TeamEdit is what a person changes of a team on this machine.
type TeamEdit struct {
	Redis    string  `json:"redis,omitempty"`    // URL without a password; empty: as it is
	Password *string `json:"password,omitempty"` // null: as it is; empty: none
	// Plain is consent to a Redis on another host without TLS.
	Plain bool `json:"plain,omitempty"`
}

// Invite is an encrypted invite.
type Invite struct {
	Team string `json:"team"`
	Age  []byte `json:"age"` // an age file; base64 on the wire
}

// TeamJoin is what a person enters to join a team.
type TeamJoin struct {
	Age        []byte `json:"age"`
	Passphrase string `json:"passphrase"`
	Member     string `json:"member,omitempty"`
	Plain      bool   `json:"plain,omitempty"`
	Apply      bool   `json:"apply,omitempty"`
}

// TeamJoined is what a team shares, and what became of it here.
type TeamJoined struct {
	Team   string       `json:"team"`
	Redis  string       `json:"redis"`
	Plain  bool         `json:"plain,omitempty"`
	Roster []TeamListed `json:"roster"`
	Odd    int          `json:"odd,omitempty"`   // entries of the roster that are not the team's
	Again  bool         `json:"again,omitempty"` // this machine was in the team
	Done   bool         `json:"done"`
}

// TeamListed is an account that a team shares.
type TeamListed struct {
	Name    string      `json:"name"`
	Env     core.Env    `json:"env"`
	Kind    core.Kind   `json:"kind"`
	AppID   string      `json:"appid,omitempty"`
	BaseURL string      `json:"base_url,omitempty"`
	Params  core.Params `json:"params,omitzero"`
	// Here is the account of this machine, as NAME/ENV, that has or gets the token;
	// New: it is made, paused and without a secret. Empty: its kind is not known here.
	Here string `json:"here,omitempty"`
	New  bool   `json:"new,omitempty"`
}

// TeamLeft is what became of the accounts of a team that was left.
type TeamLeft struct {
	// Paused are those, as NAME/ENV, for which a fetch from here would kill the token of
	// the others.
	Paused []string `json:"paused,omitempty"`
}

// ShareInput says with whom an account is shared.
type ShareInput struct {
	Team  string `json:"team,omitempty"`  // empty: the only one
	Plain bool   `json:"plain,omitempty"` // consent for a live account without TLS
}

// teamsBody is the answer with all teams.
type teamsBody struct {
	Teams []Team `json:"teams"`
}

// teamRoutes binds the routes of teams, for the socket alone.
func (h *handler) teamRoutes(a Agent) {
	h.bind("GET /v1/teams", answer(func(r *http.Request) (teamsBody, error) {
		all, err := a.Teams(r.Context())
		if all == nil {
			all = []Team{}
		}
		return teamsBody{all}, err
	}))
	h.bind("POST /v1/teams", body(false, a.CreateTeam))
	h.bind("POST /v1/teams/join", body(false, a.JoinTeam))
	h.bind("POST /v1/teams/{team}/invite", onTeam(a.InviteTo))
	h.bind("POST /v1/teams/{team}/rotate", onTeam(a.RotateTeam))
	h.bind("PATCH /v1/teams/{team}", takes[TeamEdit](false, answer(func(r *http.Request) (Team, error) {
		var in TeamEdit
		if err := Decode(r.Body, false, &in); err != nil {
			return Team{}, err
		}
		return a.EditTeam(r.Context(), r.PathValue("team"), in)
	})))
	h.bind("DELETE /v1/teams/{team}", answer(func(r *http.Request) (TeamLeft, error) {
		return a.LeaveTeam(r.Context(), r.PathValue("team"))
	}))
	h.ref("POST", "accounts", "/share", onRefBody(true, a.Share))
	h.ref("POST", "accounts", "/unshare", onRef(a.Unshare))
}

func onTeam(do func(context.Context, string, core.Secret) (Invite, error)) bound {
	return takes[passphraseBody](false, answer(func(r *http.Request) (Invite, error) {
		var in passphraseBody
		if err := Decode(r.Body, false, &in); err != nil {
			return Invite{}, err
		}
		return do(r.Context(), r.PathValue("team"), core.NewSecret(in.Passphrase))
	}))
}

// Teams implements Agent.
func (c *Client) Teams(ctx context.Context) ([]Team, error) {
	out, err := call[teamsBody](ctx, c, http.MethodGet, "/v1/teams", nil)
	return out.Teams, err
}

// CreateTeam implements Agent.
func (c *Client) CreateTeam(ctx context.Context, in TeamInput) (Team, error) {
	return call[Team](ctx, c, http.MethodPost, "/v1/teams", in)
}

// InviteTo implements Agent.
func (c *Client) InviteTo(ctx context.Context, team string, passphrase core.Secret) (Invite, error) {
	return call[Invite](ctx, c, http.MethodPost, "/v1/teams/"+url.PathEscape(team)+"/invite", passphraseBody{passphrase.Reveal()})
}

// JoinTeam implements Agent.
func (c *Client) JoinTeam(ctx context.Context, in TeamJoin) (TeamJoined, error) {
	return call[TeamJoined](ctx, c, http.MethodPost, "/v1/teams/join", in)
}

// LeaveTeam implements Agent.
func (c *Client) LeaveTeam(ctx context.Context, team string) (TeamLeft, error) {
	return call[TeamLeft](ctx, c, http.MethodDelete, "/v1/teams/"+url.PathEscape(team), nil)
}

// EditTeam implements Agent.
func (c *Client) EditTeam(ctx context.Context, team string, in TeamEdit) (Team, error) {
	return call[Team](ctx, c, http.MethodPatch, "/v1/teams/"+url.PathEscape(team), in)
}

// RotateTeam implements Agent.
func (c *Client) RotateTeam(ctx context.Context, team string, passphrase core.Secret) (Invite, error) {
	return call[Invite](ctx, c, http.MethodPost, "/v1/teams/"+url.PathEscape(team)+"/rotate", passphraseBody{passphrase.Reveal()})
}

// Share implements Agent.
func (c *Client) Share(ctx context.Context, ref Ref, in ShareInput) (Account, error) {
	return callRef[Account](ctx, c, http.MethodPost, "accounts", ref, "/share", in)
}

// Unshare implements Agent.
func (c *Client) Unshare(ctx context.Context, ref Ref) (Account, error) {
	return callRef[Account](ctx, c, http.MethodPost, "accounts", ref, "/unshare", nil)
}
