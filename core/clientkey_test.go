package core

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestNewClientSecret(t *testing.T) {
	a, hashA := NewClientSecret()
	b, hashB := NewClientSecret()
	if a.Reveal() == b.Reveal() || hashA == hashB {
		t.Fatal("two keys are the same")
	}
	if k := a.Reveal(); !strings.HasPrefix(k, "ttk_") || len(k) != len("ttk_")+43 || HashKey(k) != hashA || HashKey(k+" ") == hashA {
		t.Errorf("a key of %d characters, or its hash is another", len(k))
	}
	if s := fmt.Sprintf("%v %+v %#v %s", a, a, a, a); strings.Contains(s, a.Reveal()) {
		t.Errorf("printing shows it: %s", s)
	}
}

func TestWhatAKeyPermits(t *testing.T) {
	all := []Env{Sandbox, Live}
	for _, tt := range []struct {
		accounts []string
		envs     []Env
		name     string
		env      Env
		want     bool
	}{
		{nil, []Env{Sandbox}, "shop", Sandbox, true},
		{nil, []Env{Sandbox}, "shop", Live, false},
		{nil, []Env{Live}, "shop", Sandbox, false},
		{nil, all, "shop", Live, true},
		{[]string{"shop"}, all, "shop", Live, true},
		{[]string{"shop"}, all, "blog", Live, false},
		{[]string{"shop"}, all, "sho", Live, false},
		{nil, nil, "shop", Sandbox, false},
		{nil, all, "shop", "", false},
	} {
		if got := (ClientKey{Accounts: tt.accounts, Envs: tt.envs}).Permits(tt.name, tt.env); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestCleanClientKey(t *testing.T) {
	k, problems := ClientKey{
		Name: "  postman ", Accounts: []string{" shop", "shop", "商店"},
		Origins: []string{"HTTPS://App.Example.com:443/", "http://localhost:3000", "https://app.example.com", "chrome-extension://abcdef"},
	}.Clean()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if k.Name != "postman" || !slices.Equal(k.Accounts, []string{"shop", "商店"}) || !slices.Equal(k.Envs, []Env{Sandbox}) ||
		!slices.Equal(k.Origins, []string{"https://app.example.com", "http://localhost:3000", "chrome-extension://abcdef"}) {
		t.Errorf("cleaned to %+v", k)
	}
	if !k.AllowsOrigin("http://localhost:3000") || k.AllowsOrigin("http://localhost") || k.AllowsOrigin("null") || k.AllowsOrigin("") {
		t.Error("an origin is allowed that was not named, or the reverse")
	}
	for _, bad := range []struct {
		key  ClientKey
		want string
	}{
		{ClientKey{}, ProblemNameEmpty},
		{ClientKey{Name: "a/b"}, ProblemNameChars},
		{ClientKey{Name: " \t"}, ProblemNameEmpty},
		{ClientKey{Name: "key 0123456789abcdef0123456789ABCDEF"}, ProblemNameSecret},
		{ClientKey{Name: "k", Accounts: []string{"shop/live"}}, ProblemKeyAccount},
		{ClientKey{Name: "k", Accounts: []string{""}}, ProblemKeyAccount},
		{ClientKey{Name: "k", Envs: []Env{"moon"}}, ProblemEnv},
		{ClientKey{Name: "k", Origins: []string{"*"}}, ProblemKeyOrigin},
		{ClientKey{Name: "k", Origins: []string{"https://host"}, CallRights: CallRights{Calls: []string{"reads"}}}, ProblemKeyCallsOrigin},
		{ClientKey{Name: "k", CallRights: CallRights{NoToken: true}}, ProblemKeyNoCalls},
		{ClientKey{Name: "k", CallRights: CallRights{LiveWrite: true}}, ProblemKeyNoCalls},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"reads"}, Rate: -1}}, ProblemKeyRate},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"reads"}, Burst: 1001}}, ProblemKeyRate},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"/cgi-bin/menu/get"}}}, ProblemKeyCalls},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"GET cgi-bin"}}}, ProblemKeyCalls},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"GET /a?b=c"}}}, ProblemKeyCalls},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"GET /a/../b"}}}, ProblemKeyCalls},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"GET //a"}}}, ProblemKeyCalls},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"GET /a%2fb"}}}, ProblemKeyCalls},
		{ClientKey{Name: "k", CallRights: CallRights{Calls: []string{"writes"}}}, ProblemKeyCalls},
		{ClientKey{Name: "k", Origins: []string{"null"}}, ProblemKeyOrigin},
		{ClientKey{Name: "k", Origins: []string{"https://host/path"}}, ProblemKeyOrigin},
		{ClientKey{Name: "k", Origins: []string{"https://user:pw@host"}}, ProblemKeyOrigin},
		{ClientKey{Name: "k", Origins: []string{"https://a b"}}, ProblemKeyOrigin},
		{ClientKey{Name: "k", Origins: []string{"https://a%80b"}}, ProblemKeyOrigin},
		{ClientKey{Name: "k", Origins: []string{"https://host:"}}, ProblemKeyOrigin},
		{ClientKey{Name: "k", Origins: []string{"localhost:3000"}}, ProblemKeyOrigin},
	} {
		_, problems := bad.key.Clean()
		if len(problems) != 1 || problems[0].Key != bad.want || problems[0].Warn || problemText(bad.want) == bad.want {
			t.Errorf("%+v: %v, want %s", bad.key, problems, bad.want)
		}
	}
}

// TestCleanAddress: one address that containers can be meant by, in its plain form.
func TestCleanAddress(t *testing.T) {
	for raw, want := range map[string]string{"172.17.0.1": "172.17.0.1", " fd00:0::1 ": "fd00::1", "192.168.65.1": "192.168.65.1"} {
		if got, ok := CleanAddress(raw); !ok || got.String() != want {
			t.Errorf("%q: %v, %v", raw, got, ok)
		}
	}
	for _, raw := range []string{
		"", "0.0.0.0", "::", "0:0::0", "::ffff:0.0.0.0", "::ffff:172.17.0.1", "127.0.0.1", "::1", "fe80::1", "fe80::1%docker0", "169.254.1.1", "224.0.0.1", "ff02::1", "255.255.255.255",
		"172.17.0.1:17278", "172.17.0.0/16", "docker0", "*", "localhost", "0", "2886795265", "172.17.1",
	} {
		if got, ok := CleanAddress(raw); ok {
			t.Errorf("%q is taken as %v", raw, got)
		}
	}
}

// FuzzClientKey: what a person enters for a key and the further address is refused, or
// stays as it is when it is entered again.
func FuzzClientKey(f *testing.F) {
	f.Add("ci", "shop", "https://Shop.example:443", "Host.docker.internal:17278", "get  /cgi-bin/menu/*", "172.17.0.1", 20)
	f.Add(" k ", "a/b", "HTTP://[::1]:80/", "[FD00::1]:1", "reads", "fd00::1", 0)
	f.Add("", "", "null", "a:0", "* /..", "::ffff:10.0.0.1", -1)
	f.Fuzz(func(t *testing.T, name, account, origin, host, calls, address string, rate int) {
		split := func(s string) []string { return strings.Split(s, "|") }
		k := ClientKey{Name: name, Accounts: split(account), CallRights: CallRights{Calls: split(calls), Rate: rate}}
		if calls == "" {
			k.Calls, k.Origins = nil, split(origin)
		}
		if host != "" {
			k.Hosts = split(host)
		}
		clean, wrong := k.Clean()
		if again, more := clean.Clean(); len(wrong) == 0 && (len(more) != 0 || !reflect.DeepEqual(again, clean)) {
			t.Fatalf("%+v becomes %+v, and that %+v (%v)", k, clean, again, more)
		}
		for _, h := range clean.Hosts {
			if at := strings.LastIndexByte(h, ':'); len(wrong) == 0 && (!clean.NamesHost(strings.ToUpper(h)) || at < 1 || strings.ContainsAny(h, " /@*?#\r\n")) {
				t.Fatalf("%q allows the Host %q", host, h)
			}
		}
		for _, p := range wrong {
			if keyProblem(p.Key) == "" && checkNewName(strings.TrimSpace(name)) != p.Key && p.Key != ProblemEnv {
				t.Fatalf("%q has no sentence", p.Key)
			}
		}
		if a, ok := CleanAddress(address); ok {
			if again, ok := CleanAddress(a.String()); !ok || again != a || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() {
				t.Fatalf("%q is %s, and that %s", address, a, again)
			}
		}
	})
}
