package team

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// scale is how large the simulated team is: TOKENTRAY_SCALE, as ACCOUNTSxMEMBERS. Without
// it the test is small and takes no time.
func scale(t *testing.T) (accounts, members int) {
	t.Helper()
	accounts, members = 60, 5
	if text := os.Getenv("TOKENTRAY_SCALE"); text != "" {
		if _, err := fmt.Sscanf(text, "%dx%d", &accounts, &members); err != nil || accounts < 10 || members < 4 {
			t.Fatalf("TOKENTRAY_SCALE is ACCOUNTSxMEMBERS, such as 10000x50, and not %q", text)
		}
	}
	return accounts, members
}

const (
	simLife  = 2 * time.Hour
	simCall  = 300 * time.Millisecond // of upstream
	simTrip  = time.Millisecond       // to the Redis and back
	simKills = 20                     // of each sort
)

// simUpstream has one living token of each account.
type simUpstream struct {
	mu    sync.Mutex
	calls int
	lives map[string]string
	hang  map[string]chan struct{} // tells that a call of the account began, which never ends
}

func (u *simUpstream) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	id := req.Account.AppID
	u.mu.Lock()
	hang := u.hang[id]
	delete(u.hang, id)
	u.calls++
	u.mu.Unlock()
	if hang != nil {
		close(hang)
		<-ctx.Done()
		return core.Grant{}, core.AsError(ctx.Err())
	}
	select {
	case <-time.After(simCall):
	case <-ctx.Done():
		return core.Grant{}, core.AsError(ctx.Err())
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.lives[id] = fmt.Sprintf("%s-%d-with-the-usual-length-of-a-token-%s", id, u.calls, strings.Repeat("x", 80))
	return core.Grant{Value: u.lives[id], ExpiresIn: simLife}, nil
}

func (u *simUpstream) asked() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls
}

// simMember is a machine of the simulated team.
type simMember struct {
	keeper *core.Keeper
	member *Member
	team   *Team
	net    *simNet
	end    func()
}

// simTeam is the simulated team.
type simTeam struct {
	t        *testing.T
	redis    *simRedis
	up       *simUpstream
	keys     Keys
	accounts []core.Account
}

// hire starts a machine with all accounts.
func (s *simTeam) hire(name string) *simMember {
	m := &simMember{net: &simNet{redis: s.redis}}
	client, err := redisconn.Open(redisconn.URL{Addrs: []string{"redis"}}, redisconn.Options{Dial: m.net.dial})
	if err != nil {
		s.t.Fatal(err)
	}
	m.team, err = New("five", s.keys, client, Options{Self: Self{Name: name, Version: "1.0.0"}})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	m.member = NewMember(m.team, func(id core.ID, p Published) {
		if left := p.Remaining(); left > 0 {
			wg.Go(func() {
				m.keeper.Take(ctx, id, core.Taken{Grant: core.Grant{Value: p.Value, ExpiresIn: left}, By: p.By, Newest: p.Newest})
			})
		}
	})
	m.keeper = core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kind: {Source: s.up, Traits: core.Traits{Repeat: core.RepeatDestructive, Window: 5 * time.Minute}}},
		Vault:     machine{}, Journal: machine{}, Team: m.member,
	})
	for _, a := range s.accounts {
		m.member.Share(a, m.keeper.TokenID(a), nil)
		m.keeper.Put(a, core.Token{})
	}
	wg.Go(func() { m.member.Run(ctx) })
	time.Sleep(time.Minute) // what the team has is here before rounds begin
	wg.Go(func() { _ = m.keeper.Run(ctx) })
	m.end = func() {
		cancel()
		wg.Wait()
		m.team.Close()
		_ = client.Close()
	}
	return m
}

// TestTheTeamAtScale is a simulation of a large team: how many commands its Redis gets,
// how often upstream is asked, and how long a killed machine holds up the others.
func TestTheTeamAtScale(t *testing.T) {
	accounts, members := scale(t)
	t.Logf("%d accounts on %d machines, tokens that live %v", accounts, members, simLife)
	synctest.Test(t, func(t *testing.T) { simulate(t, accounts, members) })
}

func simulate(t *testing.T, accounts, members int) {
	s := newSimTeam(t, accounts)
	all := make([]*simMember, members)
	began := time.Now()
	all[0] = s.hire("machine 0")
	for s.up.asked() < accounts { // the others find what it brings
		time.Sleep(time.Second)
	}
	t.Logf("the first machine had all tokens after %v", time.Since(began).Round(time.Second))
	var hired sync.WaitGroup
	for i := 1; i < members; i++ {
		hired.Go(func() {
			time.Sleep(time.Duration(i) * time.Second)
			all[i] = s.hire(fmt.Sprint("machine ", i))
		})
	}
	hired.Wait()
	defer func() { s.end(all) }()
	if n := s.up.asked(); n != accounts {
		t.Errorf("%d tokens cost %d calls", accounts, n)
	}

	const quiet = 30 * time.Minute
	per := func(what string, d time.Duration) (perSecond float64) {
		commands, told := s.redis.commands()
		time.Sleep(d)
		commands2, told2 := s.redis.commands()
		perSecond = float64(commands2-commands) / d.Seconds()
		t.Logf("%s: %.1f commands a second of all machines, %.2f of each; %.1f messages a second",
			what, perSecond, perSecond/float64(members), float64(told2-told)/d.Seconds())
		return perSecond
	}
	idle := per("none is due", quiet)
	if each, most := idle/float64(members), max(0.5, 5*float64(accounts)/1000); each > most {
		t.Errorf("with none due a machine sends %.2f commands a second, more than %.2f", each, most)
	}
	before := s.up.asked()
	stop := make(chan struct{})
	var sampled sync.WaitGroup
	sampled.Go(func() { s.sample(all, stop) })
	life := per("a whole life", simLife)
	close(stop)
	sampled.Wait()
	t.Logf("a renewal costs %.0f commands of all machines", (life-idle)*simLife.Seconds()/float64(accounts))
	if n := s.up.asked() - before; n < accounts || n > accounts*21/20 { // those renewed at both ends of the time
		t.Errorf("a life of %d tokens cost %d calls", accounts, n)
	} else {
		t.Logf("a life of %d tokens cost %d calls", accounts, n)
	}
	s.checkAgree(all)
	s.kills(&all)
	s.checkAgree(all)
}

// sample looks at accounts of machines by chance, each second until stop is closed, and
// fails if a token has expired or is older than one that the machine had before.
func (s *simTeam) sample(all []*simMember, stop <-chan struct{}) {
	type place struct{ machine, account int }
	had := map[place]int{}
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Second):
		}
		for range 20 {
			p := place{rand.N(len(all)), rand.N(len(s.accounts))}
			got, err := all[p.machine].keeper.Get(context.Background(), s.accounts[p.account].ID, 0)
			_, after, _ := strings.Cut(got.Value, "-") // the number of the call that brought it
			number, _, _ := strings.Cut(after, "-")
			n, _ := strconv.Atoi(number)
			if err != nil || !got.Good(time.Now(), 0) || n < had[p] {
				s.t.Errorf("machine %d gives out %q, which ends %v, after one of call %d: %v", p.machine, core.Mask(got.Value), got.ExpiresAt, had[p], err)
				return
			}
			had[p] = n
		}
	}
}

// TestLostMessages: a token that nobody was told of is on all machines when they read
// again by themselves.
func TestLostMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimTeam(t, 10)
		var all []*simMember
		for i := range 3 {
			all = append(all, s.hire(fmt.Sprint("machine ", i)))
		}
		defer s.end(all)
		s.checkAgree(all)
		s.redis.mu.Lock()
		s.redis.mute = true
		s.redis.mu.Unlock()
		calls := s.up.asked()
		stale, _ := all[0].keeper.Token("7")
		if _, err := all[0].keeper.Refresh(context.Background(), "7", core.Report{Stale: stale.Value, Person: true}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got, _ := all[1].keeper.Token("7"); got.Value != stale.Value {
			t.Error("the message was not lost")
		}
		time.Sleep(readEvery*3/2 + listenFor) // at the latest, see place.apart
		s.checkAgree(all)
		if n := s.up.asked() - calls; n != 1 {
			t.Errorf("one token cost %d calls", n)
		}
	})
}

// newSimTeam is a team without machines.
func newSimTeam(t *testing.T, accounts int) *simTeam {
	s := &simTeam{t: t, redis: newSimRedis(simTrip), up: &simUpstream{lives: map[string]string{}, hang: map[string]chan struct{}{}}, keys: NewKeys()}
	for i := range accounts {
		s.accounts = append(s.accounts, core.Account{
			ID: core.ID(strconv.Itoa(i)), Name: fmt.Sprint("account ", i), Env: core.Sandbox, Kind: kind,
			AppID: fmt.Sprintf("wx%016x", i), BaseURL: "https://api.weixin.qq.com", Auto: true,
		})
	}
	return s
}

// end ends machines.
func (s *simTeam) end(all []*simMember) {
	for _, m := range all {
		m.end()
	}
	time.Sleep(time.Minute) // the client of a killed machine tries to connect for a while
}

// checkAgree fails unless all machines have upstream's living token of each account,
// a second after the last round: they are told of it, and then read it.
func (s *simTeam) checkAgree(all []*simMember) {
	s.t.Helper()
	differs := func() string {
		for _, a := range s.accounts {
			s.up.mu.Lock()
			lives := s.up.lives[a.AppID]
			s.up.mu.Unlock()
			for i, m := range all {
				if got, _ := m.keeper.Token(a.ID); got.Value != lives || !got.Good(time.Now(), 0) {
					return fmt.Sprintf("machine %d has another token of %s than upstream", i, a.AppID)
				}
			}
		}
		return ""
	}
	for range 3 { // a renewal may just be under way
		time.Sleep(time.Second)
		if differs() == "" {
			return
		}
	}
	s.t.Fatal(differs())
}

// kills ends machines before and during a call, at once, each of another account, whose
// token others report then.
func (s *simTeam) kills(all *[]*simMember) {
	for _, during := range []bool{false, true} {
		time.Sleep(time.Minute) // since the reports before
		n := min(simKills, (len(*all)-1)/2)
		left, dying := (*all)[:len(*all)-n], (*all)[len(*all)-n:]
		calls, took := s.up.asked(), make([]time.Duration, n)
		var wg sync.WaitGroup
		for i, at := range rand.Perm(len(s.accounts))[:n] {
			wg.Go(func() { took[i] = s.killOne(s.accounts[at], dying[i], left[i%len(left)], during) })
		}
		wg.Wait()
		*all = left
		cost, ideal, bound, when := s.up.asked()-calls, n, 10500*time.Millisecond, "before its call"
		if during {
			ideal, bound, when = 2*n, 25500*time.Millisecond, "during its call"
		}
		worst := slices.Max(took)
		bound += simCall + 20*simTrip
		s.t.Logf("%d machines killed %s: another had the token after %v at worst; %d calls of %d", n, when, worst.Round(time.Millisecond), cost, ideal)
		if worst > bound || cost != ideal {
			s.t.Errorf("killed %s: %v, at most %v; %d calls, not %d", when, worst, bound, cost, ideal)
		}
	}
}

// killOne kills a machine with the lease of an account in its hand, and says after how
// long another has the token.
func (s *simTeam) killOne(a core.Account, dies, reports *simMember, during bool) time.Duration {
	stale, _ := dies.keeper.Token(a.ID)
	reported := make(chan struct{})
	if during {
		began := make(chan struct{})
		s.up.mu.Lock()
		s.up.hang[a.AppID] = began
		s.up.mu.Unlock()
		go func() {
			defer close(reported)
			_, _ = dies.keeper.Refresh(context.Background(), a.ID, core.Report{Stale: stale.Value, Person: true})
		}()
		<-began
	} else {
		close(reported)
		if l, _, err := dies.member.account(a.Kind, dies.keeper.TokenID(a)).Acquire(context.Background()); l == nil || err != nil {
			s.t.Errorf("the lease of %s: %v", a.AppID, err)
			return 0
		}
	}
	dies.net.kill()
	killed := time.Now()
	got, err := reports.keeper.Refresh(context.Background(), a.ID, core.Report{Stale: stale.Value, Person: true})
	took := time.Since(killed)
	if err != nil || got.Token.Value == stale.Value {
		s.t.Errorf("after the kill: %v", err)
	}
	dies.end()
	<-reported
	return took
}

// TestWhatAnAccountCostsARedis asks a real one.
func TestWhatAnAccountCostsARedis(t *testing.T) {
	accounts, _ := scale(t)
	r := newRig(t)
	number := func(section, field string) float64 {
		t.Helper()
		text, err := r.redis.Info(t.Context(), section).Result()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(text, field+":")
		n, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	team := r.member().team
	round := func(i int) *Account {
		a := team.Account(kind, core.TokenID(fmt.Sprintf("%s%d", shop, i)))
		before, err := a.Read(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		l := acquire(t, a)
		if _, err := l.Begin(t.Context(), false, 30*time.Second); err != nil {
			t.Fatal(err)
		}
		if err := a.Count(t.Context(), "2026-11-29", 1); err != nil {
			t.Fatal(err)
		}
		if err := l.Publish(t.Context(), before, core.Grant{Value: strings.Repeat("x", 157), ExpiresIn: simLife}); err != nil {
			t.Fatal(err)
		}
		if err := l.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		return a
	}
	round(-1) // loads the scripts
	cpu := func() float64 { return number("cpu", "used_cpu_user") + number("cpu", "used_cpu_sys") }
	memory, commands, busy := number("memory", "used_memory"), number("stats", "total_commands_processed"), cpu()
	var some *Account
	for i := range accounts {
		some = round(i)
	}
	memory, commands, busy = number("memory", "used_memory")-memory, number("stats", "total_commands_processed")-commands, cpu()-busy
	each := memory / float64(accounts)
	t.Logf("%.0f bytes an account; a round is %.0f commands", each, commands/float64(accounts))
	if each > 4096 {
		t.Errorf("an account takes %.0f bytes of the Redis, more than 4096", each)
	}
	if commands > 0 && busy > 0 {
		t.Logf("rounds: %.0f commands a second fill one core of the Redis", commands/busy)
	}
	commands, busy = number("stats", "total_commands_processed"), cpu()
	for range 2 * accounts {
		read(t, some)
	}
	if commands, busy = number("stats", "total_commands_processed")-commands, cpu()-busy; busy > 0 {
		t.Logf("readings: %.0f commands a second fill one core of the Redis", commands/busy)
	}
}
