package agent

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
	"tokentray/core/kinds"
	"tokentray/core/local"
	"tokentray/core/push"
	"tokentray/core/sim"
	"tokentray/core/wechat"
)

// oldHome is a world whose home was left by the version that had this schema,
// at the time when it was left. The simulator it asked is gone, and nothing is
// delivered to the places that its pushes name.
func oldHome(t *testing.T, schema int) (w *world, said map[string]any) {
	t.Helper()
	read := func(path string) []byte {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	w = newWorld(t)
	z, err := gzip.NewReader(bytes.NewReader(read(fmt.Sprintf("../store/testdata/schema%d.db.gz", schema))))
	if err != nil {
		t.Fatal(err)
	}
	db, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	// The database of schema 5 was made of that of schema 4, and has its vault.
	for path, data := range map[string][]byte{w.home.DB(): db, w.home.PassphraseFile(): read(fmt.Sprintf("../vault/testdata/schema%d.age", min(schema, 4)))} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := json.Unmarshal(read(fmt.Sprintf("../store/testdata/schema%d.json", schema)), &said); err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, said["at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	w.pass(time.Until(at) + time.Minute)
	w.deliver = func(_ context.Context, job push.Job) error {
		if slices.Contains(job.Push.Command, "/bin/false") {
			return &core.Error{Class: core.PushFailed, Remedy: core.RemedyPushCommand, Message: "false ended with exit status 1"}
		}
		return nil
	}
	w.kinds, w.sources = kinds.Builtin(), sourcesOf(wechat.Options{Now: w.now, Transport: newFormerUpstream(w, said)})
	return w, said
}

// formerUpstream is what the accounts of an old home asked: a simulator that
// knows the secrets which upstream knew, and the tokens that it gave.
type formerUpstream struct {
	sim   http.RoundTripper
	given []string
}

func newFormerUpstream(w *world, said map[string]any) *formerUpstream {
	up := sim.New(sim.Config{Now: w.now, OpenRegistration: true})
	if err := up.Put(sim.Account{AppID: "wx00000000000000ee", Secret: core.NewSecret("ffffffffffffffffffffffffffffffff")}); err != nil {
		w.t.Fatal(err) // not the secret that the account has
	}
	f := &formerUpstream{sim: up.Transport()}
	for ref := range said["tokens"].(map[string]any) {
		f.given = append(f.given, tokenIn(said, ref))
	}
	return f
}

func (f *formerUpstream) RoundTrip(r *http.Request) (*http.Response, error) {
	if slices.Contains(f.given, r.URL.Query().Get("access_token")) {
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
			Body: io.NopCloser(strings.NewReader(`{"ip_list":["203.0.113.7"]}`)),
		}, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.Body = io.NopCloser(bytes.NewReader(body)); bytes.Contains(body, []byte("wx00000000000000aa")) || bytes.Contains(body, []byte("wx00000000000000d2")) { // behind a proxy that was never there
		return nil, &net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	return f.sim.RoundTrip(r)
}

func tokenIn(said map[string]any, ref string) string {
	return said["tokens"].(map[string]any)[ref].(map[string]any)["access_token"].(string)
}

// ask makes a call as it goes over the wire, at the socket or, with a base URL,
// at the door.
func (r *running) ask(base, method, path, key string, body any) (int, any) {
	t := r.world.t
	t.Helper()
	client := http.DefaultClient
	if base == "" {
		base = "http://tokentray"
		client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return local.Dial(ctx, r.world.home.Socket())
		}}}
		defer client.CloseIdleConnections()
	}
	var sent io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, base+path, sent)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatalf("%s %s: no JSON: %v", method, path, err)
	}
	return resp.StatusCode, out
}

// likeness says which keys of an answer may have other values than before. The empty
// key means all of them.
type likeness func(key string) bool

// anything asks for the keys and types alone.
var anything likeness = func(string) bool { return true }

// misses lists what want has and got lacks: keys, types, and values but for
// those that may differ. Times count as instants; what got has beyond is fine.
func (may likeness) misses(at string, want, got any) []string {
	if reflect.TypeOf(want) != reflect.TypeOf(got) {
		return []string{fmt.Sprintf("%s was %v and is %v", at, want, got)}
	}
	var out []string
	switch want := want.(type) {
	case map[string]any:
		for key, v := range want {
			have, there := got.(map[string]any)[key]
			switch {
			case !there:
				out = append(out, fmt.Sprintf("%s has no %s", at, key))
			case may(key):
				out = append(out, anything.misses(at+"."+key, v, have)...)
			default:
				out = append(out, may.misses(at+"."+key, v, have)...)
			}
		}
	case []any:
		have := got.([]any)
		if len(have) < len(want) {
			return []string{fmt.Sprintf("%s has %d elements, not %d", at, len(have), len(want))}
		}
		for i, v := range want {
			out = append(out, may.misses(at+"["+strconv.Itoa(i)+"]", v, have[i])...)
		}
	case string:
		if may("") {
			break
		}
		a, err := time.Parse(time.RFC3339, want)
		b, err2 := time.Parse(time.RFC3339, got.(string))
		if want != got && (err != nil || err2 != nil || !a.Equal(b)) {
			return []string{fmt.Sprintf("%s was %q and is %q", at, want, got)}
		}
	default:
		if want != got && !may("") {
			return []string{fmt.Sprintf("%s was %v and is %v", at, want, got)}
		}
	}
	slices.Sort(out)
	return out
}

// inUTC writes a time of an object anew, if it has it.
func inUTC(t *testing.T, of map[string]any, key string) {
	t.Helper()
	if text, there := of[key].(string); there {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		of[key] = at.UTC().Format(time.RFC3339Nano)
	}
}

// TestHomesOfEverySchema: an agent of today takes over the home of any earlier
// one. Accounts, settings, tokens, history, client keys and secrets are there,
// and no token is fetched that lives.
func TestHomesOfEverySchema(t *testing.T) {
	// What the running agent knows about an account, not the database.
	volatile := likeness(func(key string) bool {
		return slices.Contains([]string{"next_try", "state", "mask", "calls_today", "last"}, key)
	})
	for schema := 1; schema <= 5; schema++ {
		t.Run(strconv.Itoa(schema), func(t *testing.T) {
			w, said := oldHome(t, schema)
			r := w.start()
			if _, err := r.client.VaultUnlock(t.Context(), core.NewSecret(said["passphrase"].(string))); err != nil {
				t.Fatal(err)
			}
			list := said["list"].(map[string]any)
			for _, a := range list["accounts"].([]any) { // what the agent had seen since it began
				a := a.(map[string]any)
				for _, what := range []string{"error", "next_try", "history_lines"} {
					delete(a, what)
				}
				if team, shared := a["team"].(map[string]any); shared {
					a["team"] = map[string]any{"name": team["name"]}
				}
				pushes, _ := a["pushes"].([]any)
				for _, p := range pushes {
					delete(p.(map[string]any)["last"].(map[string]any), "next_try")
				}
			}
			for _, what := range []string{"vault", "clipboard", "notice"} {
				delete(list, what)
			}
			_, got := r.ask("", "GET", "/v1/accounts", "", nil)
			for _, one := range []any{list, got} { // the same moment, in whatever zone
				for _, a := range one.(map[string]any)["accounts"].([]any) {
					inUTC(t, a.(map[string]any), "last_used")
				}
			}
			for _, miss := range volatile.misses("list", list, got) {
				t.Error(miss)
			}
			for ref, want := range said["history"].(map[string]any) {
				_, got := r.ask("", "GET", "/v1/accounts/"+ref+"/history", "", nil)
				lines := got.(map[string]any)["history"].([]any)
				n := len(want.([]any))
				if len(lines) < n {
					t.Errorf("%s: %d lines of history, not %d", ref, len(lines), n)
					continue
				}
				for _, miss := range volatile.misses("history of "+ref, want, lines[len(lines)-n:]) {
					t.Error(miss)
				}
			}
			for ref := range said["tokens"].(map[string]any) {
				code, got := r.ask("", "GET", "/v1/token/"+ref, "", nil)
				if code != 200 || got.(map[string]any)["access_token"] != tokenIn(said, ref) {
					t.Errorf("%s: %d, another token than the one that lives", ref, code)
				}
			}
			if keys, _ := said["client_keys"].(map[string]any); keys != nil {
				door := r.openDoor()
				for name, key := range keys {
					code, _ := r.ask(door, "GET", "/v1/token/shop/sandbox", key.(string), nil)
					want := http.StatusOK
					switch name {
					case "revoked":
						want = http.StatusUnauthorized
					case "board": // makes calls and takes no token
						want = http.StatusForbidden
					}
					if code != want {
						t.Errorf("client key %s: status %d, not %d", name, code, want)
					}
				}
			}
			backup, err := r.client.Backup(t.Context(), core.NewSecret(said["passphrase"].(string)))
			if err != nil {
				t.Fatal(err)
			}
			file, err := interchange.Read(backup.Age, interchange.Options{Passphrase: core.NewSecret(said["passphrase"].(string))})
			if err != nil {
				t.Fatal(err)
			}
			secrets := said["secrets"].(map[string]any)
			for _, a := range file.Accounts {
				if ref := a.Name + "/" + string(a.Env); a.Secret.Reveal() != secrets[ref] || a.ProxyPassword.Empty() != (*a.Proxy == "") {
					t.Errorf("%s has another secret, or another proxy password", ref)
				}
			}
			if len(file.Accounts) != len(secrets) {
				t.Errorf("%d accounts with secrets, not %d", len(file.Accounts), len(secrets))
			}
		})
	}
}

// exchange is a line of core/api/testdata/v1.jsonl.
type exchange struct {
	MadeBy string `json:"made_by"`

	Door, Method, Path, Key string
	Body                    any
	Status                  int
	Answer                  any

	Event map[string]any
}

func exchanges(t *testing.T) (calls []exchange, events []map[string]any) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "api", "testdata", "v1.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		switch {
		case e.Event != nil:
			events = append(events, e.Event)
		case e.MadeBy == "":
			calls = append(calls, e)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return calls, events
}

// TestVersion1OfTheAPIAsItWas plays what an earlier version's clients said to
// its agent, on the same home. Every status is the same, and every answer has
// all that it had, of the same type. What is not of the moment or meant for
// people has the same value.
func TestVersion1OfTheAPIAsItWas(t *testing.T) {
	w, _ := oldHome(t, 3)
	w.desk.err = &core.Error{Class: core.Misuse, Remedy: core.RemedyClipboard, Message: "no clipboard: no display"}
	r := w.start()
	moment := regexp.MustCompile(`^(at|.*_at|.*_at_unix|until|.*_until|expires|expires_in|created|last_used|next_try|took|tries|pid|home|version|` +
		`id|removed|mask|access_token|key|age|digest|port|addresses|state|message|upstream_message|errmsg|rid|count|calls_today|forced_today|count|clipboard|loopback)$`)
	may := likeness(moment.MatchString)
	port := freePort(t)
	door := "http://127.0.0.1:" + strconv.Itoa(port)

	calls, events := exchanges(t)
	stream := r.events(t)
	var seen <-chan []map[string]any
	for i, e := range calls {
		base := ""
		if e.Door == "loopback" {
			base = door
		}
		if body, ok := e.Body.(map[string]any); ok && e.Path == "/v1/loopback" && body["on"] == true {
			body["port"] = port
		}
		code, got := r.ask(base, e.Method, e.Path, e.Key, e.Body)
		what := fmt.Sprintf("line %d, %s %s", i+2, e.Method, e.Path)
		if code != e.Status {
			t.Errorf("%s: status %d, and was %d: %v", what, code, e.Status, got)
			continue
		}
		for _, miss := range may.misses(what, e.Answer, got) {
			t.Error(miss)
		}
		if e.Path == "/v1/vault/unlock" && code == http.StatusOK {
			until(t, stream, "upstream refuses the secret of typo, as it did then", func(a api.Account) bool {
				return a.Name == "typo" && a.Error != nil && a.Error.UpstreamCode != 0
			})
			seen = r.watch()
		}
	}
	// Today there is an event of each shape that there was.
	got := <-seen
	for _, want := range events {
		var least []string
		for i, e := range got {
			if misses := anything.misses("event", want, e); i == 0 || len(misses) < len(least) {
				least = misses
			}
		}
		if len(got) == 0 || len(least) > 0 {
			t.Errorf("no event of today is as this one was: %v\n%s", want, strings.Join(least, "\n"))
		}
	}
}

// watch reads the stream of events to its end.
func (r *running) watch() <-chan []map[string]any {
	t := r.world.t
	t.Helper()
	conn, err := local.Dial(t.Context(), r.world.home.Socket())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET /v1/events?window=1 HTTP/1.1\r\nHost: tokentray\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan []map[string]any, 1)
	go func() { // ends with the agent
		defer conn.Close()
		defer resp.Body.Close()
		var all []map[string]any
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data:")
			var e map[string]any
			if ok && json.Unmarshal([]byte(data), &e) == nil {
				all = append(all, e)
			}
		}
		out <- all
	}()
	return out
}
