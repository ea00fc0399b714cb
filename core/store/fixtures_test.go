package store

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
)

// fixture is what the program that wrote a database of testdata said of it.
type fixture struct {
	At      time.Time
	DataKey string `json:"data_key"`
	List    struct {
		Accounts []map[string]any
		Settings map[string]any
	}
	Tokens  map[string]fixtureToken
	History map[string][]map[string]any
	Keys    []map[string]any
	Teams   struct {
		Teams []struct {
			Name, Redis, Self string
			Accounts          []struct{ Account string }
		}
	}
}

type fixtureToken struct {
	AccessToken string        `json:"access_token"`
	ExpiresAt   time.Time     `json:"expires_at"`
	ObtainedAt  time.Time     `json:"obtained_at"`
	Previous    *fixtureToken `json:"previous"`
	Until       time.Time     `json:"until"`
}

func readFixture(t *testing.T, schema int) fixture {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("testdata/schema%d.json", schema))
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// unpack puts a database of testdata at path.
func unpack(t *testing.T, name, path string) {
	t.Helper()
	packed, err := os.Open(filepath.Join("testdata", name+".db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func openFixture(t *testing.T, path string, f fixture) *Store {
	t.Helper()
	s, err := Open(path, Options{Now: func() time.Time { return f.At.Add(time.Minute) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// holds fails unless got, as JSON, has everything that want has. Times count as
// instants.
func holds(t *testing.T, at string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		for key, v := range want {
			holds(t, at+"."+key, v, got[key])
		}
		return
	case string:
		a, err := time.Parse(time.RFC3339, want)
		text, _ := got.(string)
		if b, err2 := time.Parse(time.RFC3339, text); err == nil && err2 == nil && a.Equal(b) {
			return
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-then +now):\n%s", at, d)
	}
}

// asJSON is v as decoding its JSON gives it.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	raw, err := json.Marshal(v)
	var out any
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// only keeps the keys of an account on the wire that stand in the database.
func only(m map[string]any, keys ...string) map[string]any {
	out := map[string]any{}
	for _, k := range keys {
		if v, ok := m[k]; ok {
			out[k] = v
		}
	}
	return out
}

// compare holds an open store against what its maker said of it.
func compare(t *testing.T, s *Store, f fixture) {
	t.Helper()
	accounts, err := s.Accounts()
	if err != nil || len(accounts) != len(f.List.Accounts) {
		t.Fatalf("%d accounts, want %d: %v", len(accounts), len(f.List.Accounts), err)
	}
	used, err := s.LastUsed()
	if err != nil {
		t.Fatal(err)
	}
	pushes, err := s.Pushes()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]core.ID{}
	for i, a := range accounts {
		ids[a.Ref()] = a.ID
		want := f.List.Accounts[i]
		var kept []any
		for _, p := range pushes[a.ID] {
			one := map[string]any{"number": float64(p.Number), "kind": string(p.Kind), "last": map[string]any{"at": p.Result.At.Format(time.RFC3339Nano), "mask": p.Result.Mask}}
			switch p.Kind {
			case core.PushFile:
				one["path"], one["form"], one["key"] = p.Path, string(p.Form), p.Key
			case core.PushCommand:
				one["command"], one["timeout"] = asJSON(t, p.Command), p.Timeout.Seconds()
			case core.PushRedis:
				one["redis"] = asJSON(t, p.Redis)
			}
			kept = append(kept, one)
		}
		wantPushes, _ := want["pushes"].([]any)
		for j, p := range wantPushes {
			p := p.(map[string]any)
			p["last"] = only(p["last"].(map[string]any), "at", "mask")
			if j < len(kept) {
				holds(t, fmt.Sprintf("%s, push %d", a.Ref(), j+1), only(p, "number", "kind", "path", "form", "key", "command", "timeout", "redis", "last"), kept[j])
			}
		}
		if len(kept) != len(wantPushes) {
			t.Errorf("%s has %d pushes, want %d", a.Ref(), len(kept), len(wantPushes))
		}
		got := map[string]any{
			"id": string(a.ID), "name": a.Name, "env": string(a.Env), "kind": string(a.Kind), "product": string(a.Product), "appid": a.AppID,
			"base_url": a.BaseURL, "proxy": a.Proxy, "auto": a.Auto, "note": a.Note, "allow_live": a.AllowLive,
			"params": nil, "budget": float64(a.Budget), "copy_format": a.CopyFormat, "copy_path": a.CopyPath,
			"group": a.Group, "pinned": a.Pinned,
		}
		if !a.Params.IsZero() {
			got["params"] = asJSON(t, a.Params)
		}
		holds(t, a.Ref(), only(want, "id", "name", "env", "kind", "product", "appid", "base_url", "proxy", "auto", "note", "allow_live", "params", "budget", "copy_format", "copy_path", "group", "pinned"), got)
		for key, v := range got {
			if _, told := want[key]; !told && v != nil && v != "" && v != false && v != 0.0 {
				t.Errorf("%s: %s is %v, and was empty", a.Ref(), key, v)
			}
		}
		if _, told := want["last_used"]; told {
			holds(t, a.Ref()+".last_used", want["last_used"], used[a.ID].Format(time.RFC3339Nano))
		}
	}

	settings, err := s.Settings()
	if err != nil {
		t.Fatal(err)
	}
	holds(t, "settings", f.List.Settings, asJSON(t, settings))

	key, err := base64.StdEncoding.DecodeString(f.DataKey)
	if err == nil {
		err = s.Unseal(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := s.Tokens()
	if err != nil || len(tokens) != len(f.Tokens) {
		t.Fatalf("%d tokens, want %d: %v", len(tokens), len(f.Tokens), err)
	}
	for ref, want := range f.Tokens {
		got := tokens[ids[ref]]
		if got.Value != want.AccessToken || !got.ExpiresAt.Equal(want.ExpiresAt) || !got.ObtainedAt.Equal(want.ObtainedAt) || got.Life != 2*time.Hour {
			t.Errorf("%s: the token is %+v, want %+v", ref, got, want)
		}
		if p := want.Previous; p != nil && (got.Previous.Value != p.AccessToken || !got.Previous.Until.Equal(p.Until)) {
			t.Errorf("%s: the previous token is %+v, want %+v", ref, got.Previous, p)
		}
	}

	for ref, want := range f.History {
		got, err := s.History(ids[ref], time.Time{}, 0)
		if err != nil || len(got) != len(want) || len(got) == 0 {
			t.Errorf("%s: %d lines of history, want %d: %v", ref, len(got), len(want), err)
			continue
		}
		for i := range want {
			holds(t, fmt.Sprintf("%s, line %d", ref, i), want[i], asJSON(t, got[i]))
		}
	}

	keys, err := s.ClientKeys()
	if err != nil || len(keys) != len(f.Keys) {
		t.Fatalf("%d client keys, want %d: %v", len(keys), len(f.Keys), err)
	}
	for i, k := range keys {
		got := map[string]any{"name": k.Name, "envs": asJSON(t, k.Envs), "created": k.Created.Format(time.RFC3339Nano)}
		if len(k.Accounts) > 0 {
			got["accounts"] = asJSON(t, k.Accounts)
		}
		if len(k.Origins) > 0 {
			got["origins"] = asJSON(t, k.Origins)
		}
		if len(k.Calls) > 0 {
			got["calls"], got["no_token"] = asJSON(t, k.Calls), k.NoToken
		}
		holds(t, "client key "+k.Name, only(f.Keys[i], "name", "envs", "accounts", "origins", "calls", "no_token", "created"), got)
	}

	teams, err := s.Teams()
	if err != nil || len(teams) != len(f.Teams.Teams) {
		t.Fatalf("%d teams, want %d: %v", len(teams), len(f.Teams.Teams), err)
	}
	for _, want := range f.Teams.Teams {
		var got struct {
			Redis, Member string
			Accounts      []core.ID
		}
		if err := json.Unmarshal(teams[want.Name], &got); err != nil {
			t.Fatalf("team %s: %v", want.Name, err)
		}
		if got.Redis != want.Redis || got.Member != want.Self || len(got.Accounts) != len(want.Accounts) {
			t.Errorf("team %s is %+v, want %+v", want.Name, got, want)
			continue
		}
		for i, a := range want.Accounts {
			if got.Accounts[i] != ids[a.Account] {
				t.Errorf("team %s shares %s, not %s", want.Name, got.Accounts[i], a.Account)
			}
		}
	}
}
