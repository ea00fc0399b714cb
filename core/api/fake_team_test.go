package api

import (
	"context"

	"tokentray/core"
)

func fakeTeam() Team {
	return Team{
		Name: "five", Redis: "rediss://r.example:6379", Self: "laptop", Latency: 1500, Eviction: "noeviction",
		Members: []TeamMember{{Name: "laptop", Version: "1.2.3", Seen: 7, Self: true}},
		Accounts: []TeamAccount{{
			Account: "shop/live", Holder: "server", Fence: 9, By: "server", At: fakeAt, ExpiresAt: fakeAt, NextTry: fakeAt, CallsToday: 3,
			Error: &Error{Class: core.Misuse, Message: "tampered", Remedy: core.RemedyTeamValue},
		}},
	}
}

func (f *fakeAgent) Teams(context.Context) ([]Team, error) {
	return []Team{fakeTeam()}, f.note("teams")
}

func (f *fakeAgent) CreateTeam(_ context.Context, in TeamInput) (Team, error) {
	return fakeTeam(), f.note("create team %+v", in)
}

func (f *fakeAgent) InviteTo(_ context.Context, team string, passphrase core.Secret) (Invite, error) {
	return Invite{Team: team, Age: []byte("age")}, f.note("invite to %s %s", team, passphrase.Reveal())
}

func (f *fakeAgent) JoinTeam(_ context.Context, in TeamJoin) (TeamJoined, error) {
	return TeamJoined{Team: "five", Roster: []TeamListed{{Name: "shop", Env: core.Live, Here: "shop/live", New: true}}, Done: true}, f.note("join team %s %s %v", in.Age, in.Passphrase, in.Apply)
}

func (f *fakeAgent) LeaveTeam(_ context.Context, team string) (TeamLeft, error) {
	return TeamLeft{Paused: []string{"shop/live"}}, f.note("leave team %s", team)
}

func (f *fakeAgent) EditTeam(_ context.Context, team string, in TeamEdit) (Team, error) {
	return fakeTeam(), f.note("edit team %s %s %s %v", team, in.Redis, *in.Password, in.Plain)
}

func (f *fakeAgent) RotateTeam(_ context.Context, team string, passphrase core.Secret) (Invite, error) {
	return Invite{Team: team, Age: []byte("age")}, f.note("rotate team %s %s", team, passphrase.Reveal())
}

func (f *fakeAgent) Share(_ context.Context, ref Ref, in ShareInput) (Account, error) {
	return fakeAccount(), f.note("share %s %+v", ref, in)
}

func (f *fakeAgent) Unshare(_ context.Context, ref Ref) (Account, error) {
	return fakeAccount(), f.note("unshare %s", ref)
}
