package sim_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/central"
	"tokentray/core/keepertest"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/preset"
	"tokentray/core/rediscache"
	"tokentray/core/sim"
	"tokentray/core/upstream"
	"tokentray/core/wechat"
	"tokentray/core/wecom"
)

// The promises that hold for tokens of whatever kind are tested here for every kind of
// this version, against its simulated upstream.

// sourcesOf are the sources of every kind.
func sourcesOf(o upstream.Options) map[core.Kind]core.Source {
	out := preset.Sources(o)
	for _, of := range []map[core.Kind]core.Source{wechat.Sources(o), wecom.Sources(o), oauth.Sources(o), central.Sources(o), rediscache.Sources(rediscache.Options{Upstream: o})} {
		maps.Copy(out, of)
	}
	return out
}

// everyKind runs a test for each kind whose upstream is asked by HTTP, with its account as both ends have it. The account
// asks base.
func everyKind(t *testing.T, base string, run func(t *testing.T, account core.Account, secret core.Secret, up sim.Account)) {
	t.Helper()
	known := preset.With(kinds.Builtin())
	for _, spec := range known.All() {
		if len(spec.Schemes) > 0 {
			continue // no server of web calls, which the simulator is
		}
		t.Run(string(spec.Kind), func(t *testing.T) {
			s := sim.SampleOf(spec.Kind)
			a := known.Clean(s.At(base))
			run(t, a, s.Secret, s.Upstream)
		})
	}
}

// keeperOf runs a Keeper of every kind until the test ends.
func keeperOf(t *testing.T, secret core.Secret, o upstream.Options) *core.Keeper {
	t.Helper()
	ups := keepertest.Upstreams(t, preset.With(kinds.Builtin()), sourcesOf(o))
	return keepertest.Run(t, core.Config{Upstreams: ups, Vault: keepertest.OneSecret(secret.Reveal())})
}

// A thousand callers of a cold account cause one call, and two accounts of one token
// cause one call between them, which both then have.
func TestOneCallForAllOfEveryKind(t *testing.T) {
	everyKind(t, "http://127.0.0.1:1", func(t *testing.T, a core.Account, secret core.Secret, up sim.Account) {
		synctest.Test(t, func(t *testing.T) {
			srv := sim.New(sim.Config{})
			up.Faults.Latency = time.Second
			if err := srv.Put(up); err != nil {
				t.Fatal(err)
			}
			k := keeperOf(t, secret, upstream.Options{Transport: srv.Transport()})
			sharer := a
			sharer.ID, sharer.Name = core.NewID(), "sharer"
			switch {
			case k.TokenID(a) == k.TokenID(sharer):
				k.Put(sharer, core.Token{})
			case a.Kind == kinds.Central: // whose key alone tells tokens apart, so that nothing is shared
				sharer = a
			default:
				t.Fatal("the two have tokens of their own")
			}
			k.Put(a, core.Token{})
			values := make([]string, 1000)
			var all sync.WaitGroup
			for i := range values {
				all.Go(func() {
					id := a.ID
					if i%2 == 1 {
						id = sharer.ID
					}
					token, err := k.Get(t.Context(), id, core.DefaultMinTTL)
					if err != nil {
						t.Errorf("caller %d: %v", i, err)
					}
					values[i] = token.Value
				})
			}
			all.Wait()
			if n := srv.Calls(up.Key(), ""); n != 1 || len(slices.Compact(values)) != 1 || values[0] == "" {
				t.Errorf("%d calls for a thousand callers of two accounts with one token", n)
			}
		})
	})
}

// between stands between a program and the simulator, and spoils answers.
type between struct {
	http.Handler
	spoil atomic.Pointer[func(w http.ResponseWriter, status int, body []byte)]
	asked atomic.Int32
}

func (b *between) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.asked.Add(1)
	rec := httptest.NewRecorder()
	b.Handler.ServeHTTP(rec, r)
	if spoil := b.spoil.Load(); spoil != nil {
		(*spoil)(w, rec.Code, rec.Body.Bytes())
		return
	}
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// tokenIn is a token in an answer in JSON, of whatever platform.
var tokenIn = regexp.MustCompile(`"(access_token|tenant_access_token|accessToken)":"[^"]*"`)

// withToken is an answer with another token in it.
func withToken(t *testing.T, body []byte, token string) []byte {
	t.Helper()
	text, err := json.Marshal(token)
	if err != nil || !tokenIn.Match(body) {
		t.Errorf("there is no token in %s", body)
	}
	return tokenIn.ReplaceAllFunc(body, func(found []byte) []byte {
		name, _, _ := bytes.Cut(found, []byte(":"))
		return append(append(slices.Clone(name), ':'), text...)
	})
}

// Whatever comes in the place of an answer, the account says that something is wrong, is
// not asked elsewhere, shows nothing of its secret, and keeps the token that lives.
func TestBadAnswersOfEveryKind(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 64<<20))
	_ = z.Close()
	write := func(status int, body string) func(http.ResponseWriter, int, []byte) {
		return func(w http.ResponseWriter, _ int, _ []byte) { w.WriteHeader(status); _, _ = io.WriteString(w, body) }
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect is followed") }))
	defer elsewhere.Close()
	door := &between{}
	server := httptest.NewServer(door)
	defer server.Close()
	everyKind(t, server.URL, func(t *testing.T, a core.Account, secret core.Secret, up sim.Account) {
		srv := sim.New(sim.Config{})
		if err := srv.Put(up); err != nil {
			t.Fatal(err)
		}
		door.Handler = srv
		door.spoil.Store(nil)
		k := keeperOf(t, secret, upstream.Options{CallTimeout: 5 * time.Second})
		for name, spoil := range map[string]func(w http.ResponseWriter, status int, body []byte){
			"a web page":        write(200, "<!DOCTYPE html><html><body>502</body></html>"),
			"a gateway's page":  write(502, "<html>Bad Gateway</html>"),
			"nothing":           write(200, ""),
			"half of JSON":      func(w http.ResponseWriter, _ int, body []byte) { _, _ = w.Write(body[:len(body)/2]) },
			"10 MB":             write(200, `{"pad":"`+strings.Repeat("x", 10<<20)+`"}`),
			"a list":            write(200, `[1]`),
			"an empty object":   write(200, `{}`),
			"an error with 200": write(200, `{"error":"invalid_request","errcode":-1,"code":99999999,"err_no":-1,"result":0,"data":{"error_code":9}}`),
			"a token on 2 lines": func(w http.ResponseWriter, _ int, body []byte) {
				_, _ = w.Write(withToken(t, body, "one\r\nX-Evil: two"))
			},
			"a token of blanks": func(w http.ResponseWriter, _ int, body []byte) { _, _ = w.Write(withToken(t, body, "   ")) },
			"no token":          func(w http.ResponseWriter, _ int, body []byte) { _, _ = w.Write(withToken(t, body, "")) },
			"a packed bomb": func(w http.ResponseWriter, _ int, _ []byte) {
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(bomb.Bytes())
			},
			"a redirect": func(w http.ResponseWriter, _ int, _ []byte) {
				w.Header().Set("Location", elsewhere.URL+"/steal")
				w.WriteHeader(http.StatusTemporaryRedirect)
			},
		} {
			door.spoil.Store(&spoil)
			living := core.Token{Value: "the-token-that-lives", ObtainedAt: time.Now().Add(-time.Minute), ExpiresAt: time.Now().Add(time.Hour)}
			one := a
			one.ID, one.Name, one.AppID = core.NewID(), name, a.AppID
			one.Auto = false
			k.Put(one, living)
			before := door.asked.Load()
			_, err := k.Refresh(t.Context(), one.ID, core.Report{Force: true})
			if err == nil {
				t.Errorf("%s is taken for a token", name)
			} else if text := err.Error(); strings.Contains(text, secret.Reveal()) || strings.Contains(text, "X-Evil") {
				t.Errorf("%s: the error quotes what it must not", name)
			}
			if door.asked.Load() == before {
				t.Errorf("%s: nobody was asked", name)
			}
			if got, ok := k.Token(one.ID); !ok || got.Value != living.Value {
				t.Errorf("%s: the living token is gone", name)
			}
			k.Forget(one.ID)
		}
	})
}

// A token of 8 KB passes whole, whatever the kind.
func TestLongTokensOfEveryKind(t *testing.T) {
	door := &between{}
	server := httptest.NewServer(door)
	defer server.Close()
	long := strings.Repeat("aZ09-_.", 8<<10/7+1)[:8<<10]
	spoil := func(w http.ResponseWriter, _ int, body []byte) { _, _ = w.Write(withToken(t, body, long)) }
	everyKind(t, server.URL, func(t *testing.T, a core.Account, secret core.Secret, up sim.Account) {
		srv := sim.New(sim.Config{})
		if err := srv.Put(up); err != nil {
			t.Fatal(err)
		}
		door.Handler = srv
		door.spoil.Store(&spoil)
		k := keeperOf(t, secret, upstream.Options{CallTimeout: 30 * time.Second})
		k.Put(a, core.Token{})
		if got, err := k.Get(t.Context(), a.ID, core.DefaultMinTTL); err != nil || got.Value != long {
			t.Errorf("%d bytes arrive of a token of %d: %v", len(got.Value), len(long), err)
		}
	})
}

// broken is a network on which each call fails, after it was sent or before.
type broken struct{ sent bool }

func (b broken) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.sent {
		httptrace.ContextClientTrace(r.Context()).WroteHeaders()
		return nil, io.ErrUnexpectedEOF
	}
	return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
}

// A call that finds nobody counts for nothing, whatever the kind; one that is cut off
// after it was sent counts, because upstream may have counted it.
func TestOnlyCallsThatWereSentCountForEveryKind(t *testing.T) {
	everyKind(t, "http://127.0.0.1:1", func(t *testing.T, a core.Account, secret core.Secret, _ sim.Account) {
		for _, sent := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				k := keeperOf(t, secret, upstream.Options{Transport: broken{sent}})
				a.Auto = false
				k.Put(a, core.Token{})
				if _, err := k.Get(t.Context(), a.ID, core.DefaultMinTTL); err == nil {
					t.Error("a token from nowhere")
				}
				if s, _ := k.Snapshot(a.ID); s.Today.Calls > 0 != sent {
					t.Errorf("sent %v, and %d calls count", sent, s.Today.Calls)
				}
			})
		}
	})
}

// A token that upstream killed early is cured by one report, whatever the kind, and the
// kind's check knows it by its own words. Where somebody else's newer token would die of
// the cure, a program's report is refused, and a person's is not.
func TestAReportCuresATokenOfEveryKind(t *testing.T) {
	const base = "http://127.0.0.1:1"
	everyKind(t, base, func(t *testing.T, a core.Account, secret core.Secret, up sim.Account) {
		synctest.Test(t, func(t *testing.T) {
			srv := sim.New(sim.Config{})
			if err := srv.Put(up); err != nil {
				t.Fatal(err)
			}
			k := keeperOf(t, secret, upstream.Options{Transport: srv.Transport()})
			k.Put(a, core.Token{})
			first, err := k.Get(t.Context(), a.ID, core.DefaultMinTTL)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Minute)
			if !srv.Revoke(up.Key()) {
				t.Fatal("no such account")
			}
			spec, _ := preset.With(kinds.Builtin()).Of(a.Kind)
			if spec.CanCheck(a) {
				if got, err := k.Check(t.Context(), a.ID); err != nil || !got.Finding.Dead() {
					t.Errorf("the check finds %q: %v", got.Finding, err)
				}
			}
			got, err := k.Refresh(t.Context(), a.ID, core.Report{Stale: first.Value})
			if a.Kind == kinds.WeChatLegacy {
				if e := core.AsError(err); e == nil || e.Remedy != core.RemedyReplaced {
					t.Fatalf("a program's report: %v", err)
				}
				got, err = k.Refresh(t.Context(), a.ID, core.Report{Stale: first.Value, Person: true})
			}
			if err != nil || got.Token.Value == first.Value || !srv.Accepts(up.Key(), got.Token.Value) {
				t.Fatalf("the report brings no living token: %v", err)
			}
			calls := srv.Calls(up.Key(), "")
			if again, err := k.Get(t.Context(), a.ID, core.DefaultMinTTL); err != nil || again.Value != got.Token.Value || srv.Calls(up.Key(), "") != calls {
				t.Errorf("the next caller gets another token, or causes a call: %v", err)
			}
		})
	})
}

// The simulator of every kind is steered while it runs: latency, faults, the life of
// tokens and, except where the platform's pages settle it, what asking again does.
func TestTheSimulatorOfEveryKindIsSteered(t *testing.T) {
	const base = "http://127.0.0.1:1"
	written := map[core.Kind]core.Repeat{kinds.WeChat: core.RepeatSame, kinds.WeChatLegacy: core.RepeatDestructive}
	everyKind(t, base, func(t *testing.T, a core.Account, secret core.Secret, up sim.Account) {
		synctest.Test(t, func(t *testing.T) {
			srv := sim.New(sim.Config{})
			source := sourcesOf(upstream.Options{Transport: srv.Transport()})[a.Kind]
			steer := func(path string, v map[string]any) {
				t.Helper()
				body, _ := json.Marshal(v)
				r := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1"+path, bytes.NewReader(body))
				r.RemoteAddr = "127.0.0.1:1"
				w := httptest.NewRecorder()
				if srv.ServeHTTP(w, r); w.Code != http.StatusOK {
					t.Fatalf("%s %s: %d %s", path, body, w.Code, w.Body)
				}
			}
			put := func(life float64, repeat core.Repeat) {
				t.Helper()
				v := map[string]any{"appid": up.AppID, "agent": up.Agent, "platform": up.Platform, "secret": up.Secret.Reveal(), "product": up.Product, "life": life, "repeat": repeat}
				if up.Client != nil {
					v["client"] = up.Client
				}
				steer("/sim/accounts", v)
			}
			fetch := func() (core.Grant, error) {
				return source.Fetch(t.Context(), core.Request{Account: a, Credentials: core.Credentials{Secret: secret}})
			}
			put(1500, "")
			first, err := fetch()
			if err != nil || first.ExpiresIn != 1500*time.Second {
				t.Fatalf("a life of 1500 s: %v, %v", first.ExpiresIn, err)
			}
			for name, fault := range map[string]map[string]any{
				"html": {"html": true}, "outage": {"outage": true}, "code": {"code": 500}, "errors": {"error_percent": 100},
			} {
				fault["appid"] = up.Key()
				steer("/sim/faults", fault)
				if _, err := fetch(); err == nil || core.AsError(err).Message == "" {
					t.Errorf("%s: a token comes: %v", name, err)
				}
			}
			steer("/sim/faults", map[string]any{"appid": up.Key(), "latency": 3})
			begin := time.Now()
			if _, err := fetch(); err != nil || time.Since(begin) != 3*time.Second {
				t.Errorf("a latency of 3 s: %v, %v", time.Since(begin), err)
			}
			steer("/sim/faults", map[string]any{})

			repeats := []core.Repeat{core.RepeatSame, core.RepeatNewAllLive}
			switch fixed := written[a.Kind]; {
			case fixed != "":
				repeats = []core.Repeat{fixed}
			case a.Kind == kinds.WeCom:
				repeats = []core.Repeat{core.RepeatSame, core.RepeatNewTwoLive}
			}
			for _, repeat := range repeats {
				if written[a.Kind] == "" {
					put(7200, repeat)
				}
				time.Sleep(2 * time.Hour) // no token of before lives
				one, err := fetch()
				if err != nil {
					t.Fatal(err)
				}
				two, err := fetch()
				if err != nil || (one.Value == two.Value) != (repeat == core.RepeatSame) {
					t.Errorf("%s: the same token %v, %v", repeat, one.Value == two.Value, err)
				}
				time.Sleep(6 * time.Minute) // an overlap is over
				if ends := repeat == core.RepeatDestructive || repeat == core.RepeatNewTwoLive; srv.Accepts(up.Key(), one.Value) == ends {
					t.Errorf("%s: the token before ends with its overlap: want %v", repeat, ends)
				}
			}
		})
	})
}
