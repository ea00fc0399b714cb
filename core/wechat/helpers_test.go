package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// noon is a moment in Beijing for tests of waits.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, core.Zone("+08:00").Location())

// token looks like a real one.
const token = "98_abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-abcdefghijklmnopqrstuvwxyz"

// secret is what the accounts of these tests have.
const secret = "5ecre7-0f-7h3-4cc0un7-never-shown"

func request(base string) core.Request {
	return core.Request{
		Account:     core.Account{AppID: "wx0123456789abcdef", BaseURL: base},
		Credentials: core.Credentials{Secret: core.NewSecret(secret)},
	}
}

// canned answers every request alike.
type canned struct {
	status int
	body   string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: max(c.status, 200), Body: io.NopCloser(bytes.NewBufferString(c.body)),
		Header: http.Header{}, Request: r,
	}, nil
}

// sources are both sources over a transport.
func sources(rt http.RoundTripper) map[core.Kind]core.Upstream {
	return UpstreamsOf(Options{Transport: rt, Now: func() time.Time { return noon }})
}

// Ours are the kinds of this package.
func Ours() kinds.Set {
	all := kinds.Builtin()
	stable, _ := all.Of(kinds.WeChat)
	legacy, _ := all.Of(kinds.WeChatLegacy)
	set, err := kinds.New(stable, legacy)
	if err != nil {
		panic(err)
	}
	return set
}

// UpstreamsOf are the sources as the Keeper has them.
func UpstreamsOf(o Options) map[core.Kind]core.Upstream {
	ups, err := Ours().Upstreams(Sources(o))
	if err != nil {
		panic(err)
	}
	return ups
}

// both runs a test for both sources.
func both(t *testing.T, ups map[core.Kind]core.Upstream, run func(*testing.T, core.Source)) {
	t.Helper()
	for _, kind := range Ours().Names() {
		t.Run(string(kind), func(t *testing.T) { run(t, ups[kind].Source) })
	}
}

// serve runs a handler on the loopback.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// fetchErr fetches and insists on an *core.Error of that class and remedy.
func fetchErr(t *testing.T, s core.Source, req core.Request, class core.Class, remedy string) *core.Error {
	t.Helper()
	g, err := s.Fetch(t.Context(), req)
	return wantErr(t, g, err, class, remedy)
}

func wantErr(t *testing.T, g core.Grant, err error, class core.Class, remedy string) *core.Error {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("got grant for %v and error %v, want an *core.Error", g.ExpiresIn, err)
	}
	if e.Class != class || e.Remedy != remedy {
		t.Fatalf("got class %s, remedy %s (%v); want %s, %s", e.Class, e.Remedy, e, class, remedy)
	}
	if e.Message == "" {
		t.Fatal("the error says nothing")
	}
	return e
}

// everything is all that an error could show anywhere: its texts, fields and
// causes, as formatted, as JSON and in a log.
func everything(err error) string {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, nil))
	for e := err; e != nil; e = errors.Unwrap(e) {
		fmt.Fprintf(&b, "%v %+v %#v %q\n", e, e, e, e)
		log.Error("failed", "err", e)
		var ce *core.Error
		if errors.As(e, &ce) {
			fmt.Fprintf(&b, "%+v %#v", *ce, *ce)
			_ = json.NewEncoder(&b).Encode(ce) // a cause may not marshal; what did counts
		}
	}
	return b.String()
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
