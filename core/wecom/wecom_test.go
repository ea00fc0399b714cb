package wecom_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/keepertest"
	"tokentray/core/kinds"
	"tokentray/core/sim"
	"tokentray/core/wecom"
)

const (
	corp   = "ww0123456789abcdef"
	secret = "5ecre7-0f-7h3-4pp11c4710n-never-5h0wn_00000"
	noon   = 1772596800 // unix
)

// office is a simulated WeCom with two applications of one corp, and the source
// that asks it.
type office struct {
	sim *sim.Server
	ups map[core.Kind]core.Upstream
}

func open(t *testing.T, change func(*sim.Account)) office {
	t.Helper()
	srv := sim.New(sim.Config{})
	for _, agent := range []string{"1000002", "contacts"} {
		a := sim.Account{AppID: corp, Agent: agent, Secret: secretOf(agent), Product: kinds.ProductCorpOwn}
		if change != nil {
			change(&a)
		}
		if err := srv.Put(a); err != nil {
			t.Fatal(err)
		}
	}
	return office{srv, upstreams(t, srv.Transport())}
}

func secretOf(agent string) core.Secret { return core.NewSecret(secret + agent) }

func upstreams(t *testing.T, rt http.RoundTripper) map[core.Kind]core.Upstream {
	t.Helper()
	spec, _ := kinds.Builtin().Of(kinds.WeCom)
	set, err := kinds.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	ups, err := set.Upstreams(wecom.Sources(wecom.Options{Transport: rt, Now: func() time.Time { return time.Unix(noon, 0) }}))
	if err != nil {
		t.Fatal(err)
	}
	return ups
}

func account(id, agent string) core.Account {
	a := core.Account{ID: core.ID(id), Name: id, Env: core.Sandbox, Kind: kinds.WeCom, AppID: corp, BaseURL: "http://127.0.0.1", Auto: true, Params: core.ParamsOf(map[string]string{"agent": agent})}
	if agent == "contacts" {
		a.Params = core.ParamsOf(map[string]string{"label": agent})
	}
	return a
}

func request(agent string) core.Request {
	return core.Request{Account: account("1", agent), Credentials: core.Credentials{Secret: secretOf(agent)}}
}

func (o office) source() core.Source { return o.ups[kinds.WeCom].Source }

func (o office) check(t *testing.T, token string) error {
	t.Helper()
	return o.source().(core.Checker).Check(t.Context(), request("1000002"), token)
}

// The same token comes back until it ends, and each secret has its own.
func TestTheSameTokenUntilItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, nil)
		fetch := func(agent string) core.Grant {
			t.Helper()
			g, err := o.source().Fetch(t.Context(), request(agent))
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		first, other := fetch("1000002"), fetch("contacts")
		if first.Value == other.Value || first.ExpiresIn != 2*time.Hour {
			t.Fatalf("two applications share a token, or it lives %v", first.ExpiresIn)
		}
		time.Sleep(time.Hour)
		if again := fetch("1000002"); again.Value != first.Value || again.ExpiresIn != time.Hour {
			t.Errorf("another token, or it lives %v", again.ExpiresIn)
		}
		if err := o.check(t, first.Value); err != nil {
			t.Errorf("the living token: %v", err)
		}
		time.Sleep(time.Hour)
		if next := fetch("1000002"); next.Value == first.Value {
			t.Error("the ended token comes again")
		}
		if err := o.check(t, first.Value); !errors.Is(err, core.ErrDead) {
			t.Errorf("the ended token: %v", err)
		}
	})
}

// What each errcode means for the account, whoever said it. The caller's address is
// taken out of every refusal.
func TestErrcodes(t *testing.T) {
	later := time.Unix(noon, 0).Add(time.Hour)
	for _, tt := range []struct {
		code   int
		class  core.Class
		remedy string
		retry  time.Time
	}{
		{-1, core.Temporary, core.RemedyTryAgain, time.Time{}},
		{40001, core.BadSecret, core.RemedySecret, time.Time{}},
		{40013, core.BadSecret, core.RemedyAppID, time.Time{}},
		{40035, core.Misuse, core.RemedyUpdate, time.Time{}},
		{40056, core.Misuse, core.RemedySecret, time.Time{}},
		{40091, core.BadSecret, core.RemedySecret, time.Time{}},
		{41002, core.BadSecret, core.RemedyAppID, time.Time{}},
		{41004, core.BadSecret, core.RemedySecret, time.Time{}},
		{45009, core.Quota, core.RemedyQuotaMinute, later},
		{45033, core.Temporary, core.RemedyTryAgain, time.Unix(noon, 0).Add(30 * time.Second)},
		{48002, core.Misuse, core.RemedySecret, time.Time{}},
		{50003, core.Frozen, core.RemedyFrozen, time.Time{}},
		{60020, core.Whitelist, core.RemedyWhitelist, time.Time{}},
		{301007, core.Frozen, core.RemedyFrozen, time.Time{}},
		{2000002, core.BadSecret, core.RemedyAppID, time.Time{}},
		{99999, core.Temporary, core.RemedyTryAgain, time.Time{}},
	} {
		body := fmt.Sprintf(`{"errcode":%d,"errmsg":"no, hint: [1690282230612130918224239], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com/devtool/query?e=%d"}`, tt.code, tt.code)
		_, err := upstreams(t, canned(body))[kinds.WeCom].Fetch(t.Context(), request("1000002"))
		e := core.AsError(err)
		if e == nil || e.Class != tt.class || e.Remedy != tt.remedy || e.Code != tt.code || !e.RetryAt.Equal(tt.retry) || e.CallerIP != "203.0.113.9" || e.Message == "" {
			t.Errorf("%d: %+v", tt.code, e)
		}
	}
}

// A token that others may use is called dead by two codes alone, and an address that
// is not trusted says nothing about it.
func TestACheckKnowsDeadFromRefused(t *testing.T) {
	for code, dead := range map[int]bool{40014: true, 42001: true, 40001: false, 60020: false, 45009: false, 48002: false} {
		ups := upstreams(t, canned(fmt.Sprintf(`{"errcode":%d,"errmsg":"no"}`, code)))
		err := ups[kinds.WeCom].Source.(core.Checker).Check(t.Context(), request("1000002"), "token")
		if err == nil || errors.Is(err, core.ErrDead) != dead {
			t.Errorf("%d: %v", code, err)
		}
	}
	trusted := open(t, func(a *sim.Account) { a.Whitelist = []string{"198.51.100.20"} })
	g, err := trusted.source().Fetch(t.Context(), request("1000002"))
	if err != nil {
		t.Fatalf("any address may fetch: %v", err)
	}
	if e := core.AsError(trusted.check(t, g.Value)); e == nil || e.Class != core.Whitelist || e.Code != 60020 || e.CallerIP != "203.0.113.7" {
		t.Errorf("from an address that is not trusted: %+v", e)
	}
}

// Success needs no errcode, and a success with an odd token is none.
func TestAnswers(t *testing.T) {
	for body, good := range map[string]bool{
		`{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`:                            true,
		`{"access_token":"t","expires_in":7200}`:                                                      true,
		`{"errcode":"0","access_token":"t","expires_in":"7200","warning_msg":"TLS v1 is deprecated"}`: true,
		`{"errcode":0,"errmsg":"ok"}`:                                                                 false,
		`{"errcode":0,"access_token":"a\nb","expires_in":7200}`:                                       false,
		`<html>`: false, ``: false,
		`{"errcode":0,"access_token":"` + strings.Repeat("j", 8<<10) + `","expires_in":60}`: true,
	} {
		_, err := upstreams(t, canned(body))[kinds.WeCom].Fetch(t.Context(), request("1000002"))
		if (err == nil) != good {
			t.Errorf("%.60s: %v", body, err)
		}
	}
}

// FuzzAnswer: whatever WeCom answers, there is a token that can be sent or an error
// that shows neither it nor the secret.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`, `{"errcode":40001,"errmsg":"invalid credential, hint: [1], from ip: 203.0.113.9, more info at https://x"}`,
		`{"errcode":"x"}`, `{"errmsg":"` + secret + `1000002","errcode":60020}`, "", "{", "<html>", "null",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		g, err := upstreams(t, canned(body))[kinds.WeCom].Fetch(t.Context(), request("1000002"))
		if e := core.AsError(err); err != nil && (e.Message == "" || strings.Contains(fmt.Sprintf("%v %+v", e, *e), secret+"1000002")) {
			t.Fatalf("%q", e.Error())
		}
		if err == nil && (g.Value == "" || g.ExpiresIn < time.Second || strings.ContainsFunc(g.Value, func(r rune) bool { return r <= ' ' || r > '~' })) {
			t.Fatalf("%+v", g)
		}
	})
}

// canned answers every request alike.
type canned string

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewBufferString(string(c))), Header: http.Header{}, Request: r}, nil
}

// keep runs a Keeper with accounts until the test ends.
func (o office) keep(t *testing.T, accounts ...core.Account) *core.Keeper {
	t.Helper()
	vault := keepertest.Vault(func(a core.Account) core.Secret { return secretOf(a.Params.Get("agent") + a.Params.Get("label")) })
	return keepertest.Run(t, core.Config{Upstreams: o.ups, Vault: vault}, accounts...)
}

// A token is there every second of a day, with one call for each life, although
// WeCom gives no other one before the current one ends.
func TestADayWithoutAGap(t *testing.T) {
	for _, repeat := range []core.Repeat{core.RepeatSame, core.RepeatSameRenewed, core.RepeatNewTwoLive} {
		synctest.Test(t, func(t *testing.T) {
			o := open(t, func(a *sim.Account) { a.Repeat = repeat })
			k := o.keep(t, account("1", "1000002"), account("2", "contacts"))
			for end := time.Now().Add(24 * time.Hour); time.Now().Before(end); time.Sleep(997 * time.Millisecond) {
				one, err := k.Get(t.Context(), "1", core.DefaultMinTTL)
				if err != nil {
					t.Fatalf("%s: %v", repeat, err)
				}
				other, err := k.Get(t.Context(), "2", 0)
				if err != nil || one.Value == other.Value {
					t.Fatalf("%s: two applications share a token: %v", repeat, err)
				}
				if !o.sim.Accepts(corp+"/1000002", one.Value) {
					t.Fatalf("%s: a dead token", repeat)
				}
			}
			if n := o.sim.Calls(corp+"/1000002", ""); n > 2*13 {
				t.Errorf("%s: %d calls for a day", repeat, n)
			}
		})
	}
}

// A report of a token that died early brings another; one of a token that lives
// brings the same, which is normal. A wrong secret is never tried again by itself.
func TestReportsAndWrongSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, nil)
		k := o.keep(t, account("1", "1000002"))
		first, err := k.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		a, err := k.Refresh(t.Context(), "1", core.Report{Stale: first.Value})
		if err != nil || a.Token.Value != first.Value {
			t.Errorf("the same token is no normal answer: %v", err)
		}
		o.sim.Revoke(corp + "/1000002")
		time.Sleep(time.Minute)
		a, err = k.Refresh(t.Context(), "1", core.Report{Stale: first.Value})
		if err != nil || a.Token.Value == first.Value {
			t.Errorf("the dead token stays: %v", err)
		}
	})
	for _, code := range []int{40001, 40013, 40091} {
		synctest.Test(t, func(t *testing.T) {
			o := open(t, func(a *sim.Account) { a.Faults.Code = code })
			k := o.keep(t, account("1", "1000002"))
			_, err := k.Get(t.Context(), "1", 0)
			time.Sleep(48 * time.Hour)
			_, again := k.Get(t.Context(), "1", 0)
			if core.AsError(err).Code != code || core.AsError(again).Code != code || o.sim.Calls(corp+"/1000002", "") != 1 {
				t.Errorf("%d: %v, %v after %d calls", code, err, again, o.sim.Calls(corp+"/1000002", ""))
			}
		})
	}
}

// A wrong secret is sent once by itself, however many accounts, callers and restarts
// there are, so that WeCom has no reason to bar the address; and where another program
// at this address made it do so, nobody asks before the hour is over.
func TestNobodyLoopsIntoABar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := sim.New(sim.Config{WrongPerHour: 3})
		if err := srv.Put(sim.Account{AppID: corp, Agent: "1000002", Secret: core.NewSecret("another"), Product: kinds.ProductCorpOwn}); err != nil {
			t.Fatal(err)
		}
		if err := srv.Put(sim.Account{AppID: corp, Agent: "contacts", Secret: secretOf("contacts"), Product: kinds.ProductCorpOwn}); err != nil {
			t.Fatal(err)
		}
		o := office{srv, upstreams(t, srv.Transport())}
		k := o.keep(t, account("wrong", "1000002"), account("right", "contacts"))
		for end := time.Now().Add(24 * time.Hour); time.Now().Before(end); time.Sleep(20 * time.Second) {
			if _, err := k.Get(t.Context(), "wrong", 0); err == nil || core.AsError(err).Code != 40001 {
				t.Fatalf("a wrong secret brings %v", err)
			}
			if _, err := k.Get(t.Context(), "right", 0); err != nil {
				t.Fatalf("the address is barred: %v", err)
			}
			k.Wake()
		}
		if n := srv.Calls("", "/cgi-bin/gettoken"); n != 1 {
			t.Errorf("the wrong secret was sent %d times in a day", n)
		}
		// Another program of this machine has the address barred.
		for range 3 {
			_, _ = o.source().Fetch(t.Context(), core.Request{Account: account("x", "1000002"), Credentials: core.Credentials{Secret: core.NewSecret("wrong")}})
		}
		before := srv.Calls(corp+"/contacts", "")
		srv.Revoke(corp + "/contacts")
		token, _ := k.Token("right")
		_, err := k.Refresh(t.Context(), "right", core.Report{Stale: token.Value})
		if e := core.AsError(err); e == nil || e.Class != core.Quota || e.Code != 45009 {
			t.Fatalf("barred: %v", err)
		}
		for range 50 {
			time.Sleep(time.Minute)
			_, _ = k.Get(t.Context(), "right", core.DefaultMinTTL)
		}
		if n := srv.Calls(corp+"/contacts", "") - before; n > 2 {
			t.Errorf("%d calls while the address is barred", n)
		}
	})
}

// Two accounts share a token only where corp and application are the same.
func TestWhoSharesAToken(t *testing.T) {
	set := kinds.Builtin()
	base := account("1", "1000002")
	for name, tt := range map[string]struct {
		a    core.Account
		same bool
	}{
		"the same application": {account("2", "1000002"), true},
		"another one":          {account("2", "1000003"), false},
		"a secret without one": {account("2", "contacts"), false},
	} {
		if got := set.TokenID(base) == set.TokenID(tt.a); got != tt.same {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, tt := range []struct {
		params map[string]string
		want   string
	}{
		{map[string]string{"agent": "1000002"}, ""},
		{map[string]string{"label": "contacts"}, ""},
		{nil, "agent_empty"},
		{map[string]string{"agent": "1000002", "label": "x"}, "label_both"},
		{map[string]string{"agent": "01"}, "agent_number"},
	} {
		a := base
		a.Product, a.Params = kinds.ProductCorpManaged, core.ParamsOf(tt.params)
		found := set.Check(set.Clean(a)).Fatal()
		if tt.want == "" && len(found) > 0 || tt.want != "" && (len(found) != 1 || found[0].Key != tt.want) {
			t.Errorf("%v: %v, want %q", tt.params, found, tt.want)
		}
	}
}

// No refusal shows the secret or a token, whatever WeCom repeats of them.
func TestNoRefusalShowsSecrets(t *testing.T) {
	const token = "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
	shown := secretOf("1000002").Reveal()
	for _, code := range []int{-1, 40001, 40014, 42001, 45009, 60020, 99999} {
		body := fmt.Sprintf(`{"errcode":%d,"errmsg":"you sent corpsecret=%s and access_token=%s, %s, from ip: 203.0.113.9"}`, code, shown, token, shown[:20])
		up := upstreams(t, canned(body))[kinds.WeCom]
		_, fetched := up.Fetch(t.Context(), request("1000002"))
		checked := up.Source.(core.Checker).Check(t.Context(), request("1000002"), token)
		for _, err := range []error{fetched, checked} {
			e := core.AsError(err)
			said := fmt.Sprintf("%v %+v %#v", e, *e, *e)
			if strings.Contains(said, shown[:20]) || strings.Contains(said, token) {
				t.Errorf("%d: the error shows what it must not", code)
			}
		}
	}
}

// Both tickets of an application, each from its own call; a token that ended, or is
// another application's, gives none.
func TestTickets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, nil)
		tickets := o.source().(core.TicketSource)
		token, err := o.source().Fetch(t.Context(), request("1000002"))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, name := range []string{"corp", "agent"} {
			g, err := tickets.Ticket(t.Context(), request("1000002"), name, token.Value)
			if err != nil || g.ExpiresIn != 2*time.Hour {
				t.Fatalf("%s: %+v, %v", name, g, err)
			}
			got[name] = g.Value
		}
		if got["corp"] == got["agent"] {
			t.Error("the two tickets are one")
		}
		if _, err := tickets.Ticket(t.Context(), request("1000002"), "jsapi", token.Value); core.AsError(err).Class != core.Misuse {
			t.Errorf("a ticket that WeCom has not: %v", err)
		}
		o.sim.SetFaults(corp+"/1000002", sim.Faults{Code: 45009})
		if _, err := tickets.Ticket(t.Context(), request("1000002"), "corp", token.Value); core.AsError(err).Class != core.Quota {
			t.Errorf("too many calls: %v", err)
		}
		o.sim.SetFaults(corp+"/1000002", sim.Faults{})
		time.Sleep(2 * time.Hour)
		if _, err := tickets.Ticket(t.Context(), request("1000002"), "agent", token.Value); !errors.Is(err, core.ErrDead) || strings.Contains(err.Error(), token.Value) {
			t.Errorf("an ended token: %v", err)
		}
	})
}
