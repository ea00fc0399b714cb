package preset_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/sim"
	"tokentray/core/upstream"
)

const (
	appID  = "cli_a0123456789abcdef"
	secret = "5ecre7-0f-7h3-pr3537-never-5h0wn"
)

// platformOf is the simulated platform that a preset asks.
func platformOf(kind core.Kind) string {
	if kind == "lark" {
		return "feishu"
	}
	return string(kind)
}

// place is a simulated platform with an account, and what asks it.
type place struct {
	sim    *sim.Server
	source core.Source
	spec   kinds.Spec
}

func open(t *testing.T, p preset.Preset, change func(*sim.Account)) place {
	t.Helper()
	srv := sim.New(sim.Config{})
	a := sim.Account{AppID: appID, Secret: core.NewSecret(secret), Platform: platformOf(p.Kind), Life: 2 * time.Hour}
	if change != nil {
		change(&a)
	}
	if err := srv.Put(a); err != nil {
		t.Fatal(err)
	}
	return place{srv, asker(srv.Transport()).Source(p), p.Spec()}
}

func asker(rt http.RoundTripper) *preset.Asker {
	return preset.NewAsker(preset.Options{Transport: rt, Now: func() time.Time { return time.Unix(1772596800, 0) }})
}

func request(kind core.Kind, with string) core.Request {
	return core.Request{
		Account:     core.Account{ID: "1", Name: "shop", Env: core.Live, Kind: kind, AppID: appID, BaseURL: "http://127.0.0.1"},
		Credentials: core.Credentials{Secret: core.NewSecret(with)},
	}
}

// Every preset gets a token from its platform, and asking again does there what its
// traits say.
func TestEveryPresetAsksItsPlatform(t *testing.T) {
	for _, p := range preset.Shipped() {
		t.Run(string(p.Kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := open(t, p, nil)
				fetch := func() core.Grant {
					t.Helper()
					g, err := at.source.Fetch(t.Context(), request(p.Kind, secret))
					if err != nil {
						t.Fatal(err)
					}
					return g
				}
				first := fetch()
				if first.ExpiresIn != 2*time.Hour {
					t.Fatalf("it lives %v", first.ExpiresIn)
				}
				time.Sleep(10 * time.Minute)
				again := fetch()
				lives := at.sim.Accepts(appID, first.Value)
				time.Sleep(6 * time.Minute)
				lasts := at.sim.Accepts(appID, first.Value)
				switch same := again.Value == first.Value; p.Repeat {
				case core.RepeatSame:
					if !same || again.ExpiresIn != 110*time.Minute {
						t.Errorf("the same: %v, left %v", same, again.ExpiresIn)
					}
				case core.RepeatSameRenewed:
					if !same || again.ExpiresIn != 2*time.Hour {
						t.Errorf("the same renewed: %v, left %v", same, again.ExpiresIn)
					}
				case core.RepeatDestructive:
					if same || !lives || lasts {
						t.Errorf("destructive: the old one %v, lives on for a moment %v, for good %v", same, lives, lasts)
					}
				default:
					if same || !lasts {
						t.Errorf("%s: the same %v, the old one lives %v", p.Repeat, same, lasts)
					}
				}
				time.Sleep(2*time.Hour - 16*time.Minute - at.spec.Traits.Window/2)
				if late := fetch(); late.Value == first.Value && p.Repeat == core.RepeatSame {
					t.Error("in the last moments upstream has no other token, but the traits say so")
				}
			})
		})
	}
}

// What is switched in the simulator because no page tells it is borne as well.
func TestWhatIsNotKnownOfAPlatformIsBorne(t *testing.T) {
	for _, p := range preset.Shipped() {
		for _, repeat := range core.Repeats() {
			at := open(t, p, func(a *sim.Account) { a.Repeat, a.TextLife, a.TokenBytes = repeat, true, 8<<10 })
			g, err := at.source.Fetch(t.Context(), request(p.Kind, secret))
			if err != nil || len(g.Value) != 8<<10 || g.ExpiresIn != 2*time.Hour {
				t.Errorf("%s, %s: %d bytes for %v: %v", p.Kind, repeat, len(g.Value), g.ExpiresIn, err)
			}
		}
	}
}

// A wrong secret waits for a person, and no error shows it; a platform that is busy or
// closed to this address is told as such.
func TestRefusals(t *testing.T) {
	for _, p := range preset.Shipped() {
		at := open(t, p, nil)
		wrong := secret + "-and-wrong"
		_, err := at.source.Fetch(t.Context(), request(p.Kind, wrong))
		e := core.AsError(err)
		if e == nil || e.Class != core.BadSecret || e.Remedy != core.RemedySecret || strings.Contains(fmt.Sprintf("%v %+v", e, *e), wrong) {
			t.Errorf("%s, wrong secret: %+v", p.Kind, e)
		}
		stranger := request(p.Kind, secret)
		stranger.Account.AppID = "nobody"
		_, err = at.source.Fetch(t.Context(), stranger)
		if e := core.AsError(err); e == nil || e.Class != core.BadSecret {
			t.Errorf("%s, unknown AppID: %+v", p.Kind, e)
		}
		at.sim.SetFaults(appID, sim.Faults{Code: 987654})
		_, err = at.source.Fetch(t.Context(), request(p.Kind, secret))
		if e := core.AsError(err); e == nil || e.Class != core.Temporary || e.RetryAt.IsZero() && e.Remedy != core.RemedyTryAgain {
			t.Errorf("%s, unknown code: %+v", p.Kind, e)
		}
		at.sim.SetFaults(appID, sim.Faults{HTML: true})
		_, err = at.source.Fetch(t.Context(), request(p.Kind, secret))
		if e := core.AsError(err); e == nil || e.Class != core.Temporary || e.Remedy != core.RemedyAnswer {
			t.Errorf("%s, a web page: %+v", p.Kind, e)
		}
		at.sim.SetFaults(appID, sim.Faults{})
		busy := open(t, p, func(a *sim.Account) { a.PerMinute = 1 })
		_, _ = busy.source.Fetch(t.Context(), request(p.Kind, secret))
		_, err = busy.source.Fetch(t.Context(), request(p.Kind, secret))
		if e := core.AsError(err); e == nil || e.Class != core.Quota && e.Class != core.Temporary {
			t.Errorf("%s, too many calls: %+v", p.Kind, e)
		}
	}
}

// Where a preset knows a call that shows it, a dead token is told from a living one;
// every preset's sample calls carry the token where the platform looks for it.
func TestDeadTokensAreKnown(t *testing.T) {
	for _, p := range preset.Shipped() {
		at := open(t, p, nil)
		g, err := at.source.Fetch(t.Context(), request(p.Kind, secret))
		if err != nil {
			t.Fatal(err)
		}
		for _, alive := range []bool{true, false} {
			status, body := at.sample(t, p, g.Value)
			if alive && len(at.spec.Works) > 0 && !worked(at.spec, body) {
				t.Errorf("%s: %v is not taken for a call that worked", p.Kind, body)
			}
			if dead := isDead(at.spec, status, body); dead == alive || alive && status != http.StatusOK {
				t.Errorf("%s: alive %v, its sample is answered %d %v", p.Kind, alive, status, body)
			}
			c, can := at.source.(core.Checker)
			if can != at.spec.Checks() {
				t.Errorf("%s: it can check: %v", p.Kind, can)
			}
			if can {
				err := c.Check(t.Context(), request(p.Kind, ""), g.Value)
				if alive && err != nil || !alive && !errors.Is(err, core.ErrDead) {
					t.Errorf("%s: alive %v: %v", p.Kind, alive, err)
				}
			}
			at.sim.Revoke(appID)
		}
	}
}

// What no page tells of a platform's dead tokens and refusals can be set in the
// simulator, and each answer that the preset lists is known.
func TestDeadAnswersAsTheyMayBe(t *testing.T) {
	for _, p := range preset.Shipped() {
		for _, a := range p.Dead {
			for _, value := range append(slices.Clone(a.Values), "") {
				body, status := nested(a.Field, value), cmp.Or(a.Status, http.StatusOK)
				if value == "" && a.Field != "" {
					continue // it is told by its values
				}
				at := open(t, p, func(acc *sim.Account) { acc.Dead = &sim.Answer{Status: status, Body: body} })
				g, err := at.source.Fetch(t.Context(), request(p.Kind, secret))
				if err != nil {
					t.Fatal(err)
				}
				at.sim.Revoke(appID)
				if got, d := at.sample(t, p, g.Value); got != status || !isDead(at.spec, got, d) {
					t.Errorf("%s: %d %s is not taken for a dead token", p.Kind, got, body)
				}
				if c, can := at.source.(core.Checker); can {
					if err := c.Check(t.Context(), request(p.Kind, ""), g.Value); !errors.Is(err, core.ErrDead) {
						t.Errorf("%s: %d %s to the check: %v", p.Kind, status, body, err)
					}
				}
			}
		}
		for meaning, codes := range p.Refusals {
			for _, code := range codes {
				body := nested(string(p.Answer.Code), code)
				at := open(t, p, func(acc *sim.Account) { acc.Refused = &sim.Answer{Status: http.StatusBadRequest, Body: body} })
				_, err := at.source.Fetch(t.Context(), request(p.Kind, "another"))
				if e := core.AsError(err); e == nil || (e.Class == core.BadSecret) != (meaning == "secret" || meaning == "appid") {
					t.Errorf("%s: %s means %s: %v", p.Kind, body, meaning, err)
				}
			}
		}
	}
}

// nested is an answer with a value at a path.
func nested(path, value string) []byte {
	if path == "" {
		return []byte("{}")
	}
	out, _ := json.Marshal(value) // a text always marshals
	if _, err := strconv.Atoi(value); err == nil {
		out = []byte(value)
	}
	names := strings.Split(path, ".")
	slices.Reverse(names)
	for _, name := range names {
		out = fmt.Appendf(nil, "{%q:%s}", name, out)
	}
	return out
}

// DingTalk's calls under /topapi tell the cause in another field than its others do.
func TestADeadTokenOfDingTalkIsKnownEverywhere(t *testing.T) {
	for _, p := range preset.Shipped() {
		if p.Kind != "dingtalk" {
			continue
		}
		at := open(t, p, nil)
		p.Samples[0].Calls[0].Method, p.Samples[0].Calls[0].Path = "POST", "/topapi/v2/user/get"
		if status, body := at.sample(t, p, "dead"); !isDead(at.spec, status, body) {
			t.Errorf("%d %v is not taken for a dead token", status, body)
		}
	}
}

// sample makes the preset's first sample call with a token.
func (at place) sample(t *testing.T, p preset.Preset, token string) (int, upstream.Document) {
	t.Helper()
	c := p.Samples[0].Calls[0]
	path, query, _ := strings.Cut(c.Path, "?")
	target := "http://127.0.0.1" + strings.ReplaceAll(path, "{{appid}}", appID) + "?" + query
	if p.Use.Query != "" {
		target += "&" + p.Use.Query + "=" + url.QueryEscape(token)
	}
	r, err := http.NewRequestWithContext(t.Context(), c.Method, target, strings.NewReader(c.Body))
	if err != nil {
		t.Fatal(err)
	}
	if p.Use.Header != "" {
		r.Header.Set(p.Use.Header, p.Use.Prefix+token)
	}
	resp, err := at.sim.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	d, reason := upstream.ReadDocument(raw)
	if reason != "" {
		t.Fatalf("%s: %s", c.Path, raw)
	}
	return resp.StatusCode, d
}

func isDead(s kinds.Spec, status int, d upstream.Document) bool {
	for _, a := range s.Dead {
		value, _ := d.At(upstream.Path(a.Field)).Text()
		if (a.Status == 0 || a.Status == status) && (a.Field == "" || slices.Contains(a.Values, value)) {
			return true
		}
	}
	return false
}

func worked(s kinds.Spec, d upstream.Document) bool {
	return slices.ContainsFunc(s.Works, func(a kinds.Answer) bool {
		value, _ := d.At(upstream.Path(a.Field)).Text()
		return s.CallWorked(a.Field, value)
	})
}

// canned answers every request alike.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Body: io.NopCloser(bytes.NewReader(c.body)), Header: http.Header{}, Request: r}, nil
}

// A trial tells what was sent and what each path found, and shows neither the secret
// nor the token.
func TestATrialTellsWhatEachPathFound(t *testing.T) {
	for _, p := range preset.Shipped() {
		at := open(t, p, nil)
		a := asker(at.sim.Transport())
		got := a.Try(t.Context(), p, request(p.Kind, secret))
		all := fmt.Sprintf("%+v", struct {
			URL, Body string
			Headers   []kinds.Pair
			Found     []preset.Found
		}{got.URL, got.Body, got.Headers, got.Found})
		if got.Err != nil || got.Status != 200 || got.Grant.Value == "" || strings.Contains(all, secret) || strings.Contains(all, got.Grant.Value) {
			t.Errorf("%s: %+v", p.Kind, got)
		}
		if !strings.Contains(got.URL+got.Body, "•••") || !strings.Contains(got.URL+got.Body, appID) || len(got.Found) == 0 || !got.Found[0].There || got.Found[0].Value != core.Mask(got.Grant.Value) {
			t.Errorf("%s: %s", p.Kind, all)
		}
		p.Answer.Token = "no.such.path"
		got = a.Try(t.Context(), p, request(p.Kind, secret))
		if got.Err == nil || !strings.Contains(got.Err.Error(), "no.such.path") || got.Found[0].There {
			t.Errorf("%s, a path that matches nothing: %+v", p.Kind, got)
		}
		if e := core.AsError(got.Err); (e.Class == core.Misuse) == p.Repeat.Harmless() {
			t.Errorf("%s: a token that cannot be read is %s, which asks again by itself", p.Kind, e.Class)
		}
	}
}

// hostsOf records the hosts that are asked, and lets nothing out.
type hostsOf struct{ asked []string }

func (h *hostsOf) RoundTrip(r *http.Request) (*http.Response, error) {
	h.asked = append(h.asked, r.URL.Scheme+"://"+r.URL.Host)
	return canned{http.StatusOK, []byte("{}")}.RoundTrip(r)
}

// An account without a base URL asks the host of its environment. The hosts stand here
// again, so that no change of a preset sends a sandbox's secret to the live host unseen.
func TestEachEnvironmentHasItsHost(t *testing.T) {
	own := map[core.Kind]map[core.Env]string{
		"douyin-mini": {core.Sandbox: "https://open-sandbox.douyin.com", core.Live: "https://developer.toutiao.com"},
	}
	for _, p := range preset.Shipped() {
		if len(p.Request.Hosts) > 0 && own[p.Kind] == nil {
			t.Errorf("%s has hosts of its environments: name them here", p.Kind)
		}
		for _, env := range core.Envs() {
			want := p.Request.Base
			if hosts := own[p.Kind]; hosts != nil {
				want = hosts[env]
			}
			seen := &hostsOf{}
			req := request(p.Kind, secret)
			req.Account.Env, req.Account.BaseURL = env, ""
			_, err := asker(seen).Source(p).Fetch(t.Context(), req)
			if err == nil || !slices.Equal(seen.asked, []string{want}) || p.Spec().Base(req.Account) != want {
				t.Errorf("%s, %s: asked %v, shown is %s, want %s: %v", p.Kind, env, seen.asked, p.Spec().Base(req.Account), want, err)
			}
		}
	}
}
