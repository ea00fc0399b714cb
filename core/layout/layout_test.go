package layout_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/core/layout"
)

const (
	appID  = "wx0123456789abcdef"
	corpID = "ww0123456789abcdef"
	secret = "0123456789abcdef0123456789abcdef"
	token  = "91_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
)

var now = time.Unix(1772596800, 0)

func of(t *testing.T, id string, app layout.App) layout.Layout {
	t.Helper()
	l, ok := layout.Of(id, app)
	if !ok {
		t.Fatalf("there is no layout %q for %q", id, app)
	}
	return l
}

// The keys are those that the SDKs themselves make.
func TestKeys(t *testing.T) {
	other := "myapp:"
	for _, c := range []struct {
		id   string
		app  layout.App
		name layout.Name
		want string
	}{
		{"silenceper", layout.Official, layout.Name{AppID: appID}, "gowechat_officialaccount__access_token_" + appID},
		{"silenceper", layout.Mini, layout.Name{AppID: appID}, "gowechat_miniprogram__access_token_" + appID},
		{"silenceper", layout.Work, layout.Name{AppID: corpID}, "gowechat_work__access_token_" + corpID},
		{"silenceper", layout.Work, layout.Name{AppID: corpID, Agent: "1000002"}, "gowechat_work__access_token_" + corpID + "_1000002"},
		{"silenceper", layout.Component, layout.Name{AppID: appID}, "component_access_token_" + appID},
		{"silenceper-stable", layout.Official, layout.Name{AppID: appID}, "gowechat_officialaccount__stable_access_token_" + appID},
		{"powerwechat", layout.Official, layout.Name{AppID: "testappid", Secret: "testsecret"}, "powerwechat.access_token.4ed6a2e3bfccdf98beb48489b94cf486"},
		{"powerwechat", layout.Work, layout.Name{AppID: appID, Secret: secret}, "powerwechat.access_token.9dd2ec3e8fe48143541c4ddbfd61b06a"},
		{"powerwechat", layout.Mini, layout.Name{Digest: "9dd2ec3e8fe48143541c4ddbfd61b06a"}, "powerwechat.access_token.9dd2ec3e8fe48143541c4ddbfd61b06a"},
		{"easywechat5", layout.Official, layout.Name{AppID: appID, Secret: secret}, "easywechat.kernel.access_token.63a7f48fe14d3f4d55882d4d65f3335b"},
		{"easywechat5", layout.Work, layout.Name{AppID: corpID, Secret: "abc"}, "easywechat.kernel.access_token.ece30a8e2fce5de0ca82e62fe40adc1e"},
		{"easywechat6", layout.Official, layout.Name{AppID: appID, Secret: secret, Stable: true}, "official_account.access_token." + appID + "." + secret + ".1"},
		{"easywechat6", layout.Mini, layout.Name{AppID: appID, Secret: secret}, "mini_app.access_token." + appID + "." + secret + ".0"},
		{"easywechat6", layout.Work, layout.Name{AppID: corpID, Secret: secret}, "work.access_token." + corpID + "." + secret},
		{"easywechat6", layout.Component, layout.Name{AppID: appID}, "open_platform.component_access_token." + appID},
		{"easywechat6", layout.Suite, layout.Name{AppID: corpID, Secret: secret}, "open_work.suite_access_token." + corpID + "." + secret},
		{"easywechat6", layout.Provider, layout.Name{AppID: corpID, Secret: secret}, "open_work.access_token." + corpID + "." + secret},
		{"easywechat6", layout.Authorizer, layout.Name{AppID: corpID, Secret: "perm"}, "open_work.authorizer.access_token." + corpID + ".perm"},
		{"wxjava", layout.Official, layout.Name{AppID: appID}, "wx:access_token:" + appID},
		{"wxjava", layout.Official, layout.Name{AppID: appID, Prefix: &other}, "myapp:access_token:" + appID},
		{"wxjava", layout.Mini, layout.Name{AppID: appID}, "wa:access_token:" + appID},
		{"wxjava", layout.Work, layout.Name{AppID: corpID, Agent: "1000002"}, "wx:cp:wechat_cp_access_token_key:" + corpID + ":1000002"},
		{"wxjava", layout.Authorizer, layout.Name{AppID: appID, Component: "wxcomponent"}, "wechat_authorizer_access_token:wxcomponent:" + appID},
		{"wxjava-hash", layout.Mini, layout.Name{}, "maConfig:accessToken"},
		{"wxjava-hash", layout.Mini, layout.Name{Agent: "m1"}, "maConfig:m1:accessToken"},
		{"wxjava-old", layout.Work, layout.Name{}, "WX_CP_ACCESS_TOKEN"},
		{"wxjava-redisson", layout.Channel, layout.Name{AppID: appID}, "wh:wx_channel_access_token_key:" + appID},
		{"senparc", layout.Official, layout.Name{AppID: appID}, "Senparc:DefaultCache:Container:Senparc.Weixin.MP.Containers.AccessTokenBag:" + appID},
		{"senparc", layout.Work, layout.Name{AppID: corpID, Secret: secret}, "Senparc:DefaultCache:Container:Senparc.Weixin.Work.Containers.AccessTokenBag:" + corpID + "@" + secret},
		{"wechatpy", layout.Mini, layout.Name{AppID: appID}, "wechatpy:" + appID + "_access_token"},
		{"wechatpy", layout.Work, layout.Name{AppID: corpID, Secret: secret}, "wechatpy:" + corpID + "_0123456789_access_token"},
		{"plain", layout.Official, layout.Name{Own: "shop:token"}, "shop:token"},
	} {
		l := of(t, c.id, c.app)
		got, err := l.Key(c.name)
		if err != nil || got != c.want {
			t.Errorf("%s %s: %q, %v; want %q", c.id, c.app, got, err, c.want)
		}
		shown := l.Shown(c.name)
		if c.name.Secret != "" && strings.Contains(shown, c.name.Secret) || strings.Contains(shown, secret[:10]+"_acc") || len(c.name.Digest) > 4 && strings.Contains(shown, c.name.Digest) {
			t.Errorf("%s %s: a secret is shown: %q", c.id, c.app, shown)
		}
		if l.Own() || !strings.Contains(l.Template, "{") {
			continue
		}
		// What was made is recognised, as a key of the same app.
		ok := false
		for _, f := range layout.Match("pre_" + c.want) {
			key, err := f.Layout.Key(f.Name)
			if err != nil || key != "pre_"+c.want {
				t.Errorf("%s is found again as %s with another key: %v", c.id, f.Layout.ID, err)
			}
			ok = ok || f.Layout.ID == c.id && (f.Name.AppID == c.name.AppID || l.NeedsDigest() || l.ID == "wxjava-hash")
		}
		if !ok {
			t.Errorf("%s %s: its key is not recognised", c.id, c.app)
		}
	}
}

func TestKeysThatLackSomething(t *testing.T) {
	for _, c := range []struct {
		id   string
		app  layout.App
		name layout.Name
		want error
	}{
		{"easywechat6", layout.Official, layout.Name{AppID: appID}, layout.ErrNeedsSecret},
		{"powerwechat", layout.Official, layout.Name{AppID: appID}, layout.ErrNeedsSecret},
		{"silenceper", layout.Official, layout.Name{}, layout.ErrNeedsID},
		{"wxjava", layout.Authorizer, layout.Name{AppID: appID}, layout.ErrNeedsID},
		{"plain", layout.Official, layout.Name{AppID: appID}, layout.ErrNeedsKey},
	} {
		if _, err := of(t, c.id, c.app).Key(c.name); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.id, err, c.want)
		}
	}
}

// A secret that is part of a key's name is found by a pattern; signs of a person's own
// mean nothing in it.
func TestPatterns(t *testing.T) {
	odd := "a*b["
	for _, c := range []struct {
		id   string
		app  layout.App
		name layout.Name
		want string
	}{
		{"easywechat6", layout.Official, layout.Name{AppID: appID}, "official_account.access_token." + appID + ".*.[01]"},
		{"easywechat6", layout.Work, layout.Name{AppID: corpID, Prefix: &odd}, `a\*b\[work.access_token.` + corpID + ".*"},
		{"wechatpy", layout.Work, layout.Name{AppID: corpID}, "wechatpy:" + corpID + "_??????????_access_token"},
		{"senparc", layout.Work, layout.Name{AppID: corpID}, "Senparc:DefaultCache:Container:Senparc.Weixin.Work.Containers.AccessTokenBag:" + corpID + "@*"},
	} {
		if got := of(t, c.id, c.app).Pattern(c.name); got != c.want {
			t.Errorf("%s: %q, want %q", c.id, got, c.want)
		}
	}
}

func TestAHashesKey(t *testing.T) {
	l := of(t, "senparc-hash", layout.Official)
	key, _ := l.Key(layout.Name{AppID: appID})
	hash, field := l.HashOf(key)
	if field != appID || hash+":"+field != key {
		t.Errorf("%q, %q", hash, field)
	}
	if got := l.Bags(layout.Name{AppID: appID}); got != hash || got != "Senparc:DefaultCache:Container:Senparc.Weixin.MP.Containers.AccessTokenBag" || !layout.HoldsBags(got) || layout.HoldsBags(key) {
		t.Errorf("the hash is %q", got)
	}
	corp, _ := of(t, "senparc-hash", layout.Work).Key(layout.Name{AppID: corpID, Secret: secret})
	if hash, field := of(t, "senparc-hash", layout.Work).HashOf(corp); field != corpID+"@"+secret || !layout.HoldsBags(hash) {
		t.Errorf("of a corp: %q, %q", hash, field)
	}
	if hash, field := of(t, "senparc", layout.Official).HashOf(key); hash != key || field != "" {
		t.Errorf("%q, %q", hash, field)
	}
}

// The values are those that the SDKs write; a life is never longer than what is known.
func TestRead(t *testing.T) {
	ms := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).UnixMilli(), 10) }
	bag := func(end, result string) string {
		return `{"AppId":"` + appID + `","AppSecret":"` + secret + `","AccessTokenExpireTime":"` + end + `","AccessTokenResult":` + result + `,"Name":null}`
	}
	full := `{"access_token":"` + token + `","expires_in":7200,"errcode":0}`
	length := strconv.Itoa(len(token))
	for name, c := range map[string]struct {
		id   string
		app  layout.App
		v    layout.Value
		life time.Duration
		err  error
	}{
		"raw, as upstream's margin allows":    {"silenceper", layout.Official, layout.Value{Text: []byte(token), Left: 5700 * time.Second}, 6000 * time.Second, nil},
		"raw, stable":                         {"silenceper-stable", layout.Mini, layout.Value{Text: []byte(token), Left: time.Minute}, 6 * time.Minute, nil},
		"full life":                           {"wxjava", layout.Official, layout.Value{Text: []byte(token), Left: 90 * time.Second}, 90 * time.Second, nil},
		"200 s less":                          {"wxjava", layout.Mini, layout.Value{Text: []byte(token), Left: 90 * time.Second}, 290 * time.Second, nil},
		"a life of days is not believed":      {"plain", layout.Official, layout.Value{Text: []byte(token), Left: 100 * time.Hour}, 2 * time.Hour, nil},
		"no time to live":                     {"wxjava", layout.Official, layout.Value{Text: []byte(token), Left: -1}, 0, layout.ErrNoLife},
		"its last moment":                     {"wxjava", layout.Official, layout.Value{Text: []byte(token), Left: 900 * time.Millisecond}, 0, layout.ErrEnded},
		"missing":                             {"wxjava", layout.Official, layout.Value{Missing: true}, 0, layout.ErrMissing},
		"a list":                              {"wxjava", layout.Official, layout.Value{Wrong: true}, 0, layout.ErrType},
		"empty":                               {"wxjava", layout.Official, layout.Value{Left: time.Hour}, 0, layout.ErrEmpty},
		"10 MB":                               {"wxjava", layout.Official, layout.Value{Text: make([]byte, 10<<20), Left: time.Hour}, 0, layout.ErrLong},
		"another's JSON in a raw layout":      {"wxjava", layout.Official, layout.Value{Text: []byte(full), Left: time.Hour}, 0, layout.ErrForm},
		"Java's bytes in a raw layout":        {"wxjava", layout.Official, layout.Value{Text: []byte("\x03\x04" + token), Left: time.Hour}, 0, layout.ErrForm},
		"JSON text":                           {"wechatpy", layout.Official, layout.Value{Text: []byte(`"` + token + `"`), Left: time.Hour, Expiry: []byte(strconv.FormatInt(now.Unix()+600, 10))}, 10 * time.Minute, nil},
		"an expiry in its quotes":             {"wechatpy", layout.Official, layout.Value{Text: []byte(`"` + token + `"`), Left: -1, Expiry: []byte(`"` + strconv.FormatInt(now.Unix()+600, 10) + `"`)}, 10 * time.Minute, nil},
		"an expiry of the token before":       {"wechatpy", layout.Official, layout.Value{Text: []byte(`"` + token + `"`), Left: time.Hour, Expiry: []byte(strconv.FormatInt(now.Unix()-5, 10))}, 0, layout.ErrEnded},
		"PowerWeChat's object":                {"powerwechat", layout.Work, layout.Value{Text: []byte(full), Left: time.Hour}, time.Hour, nil},
		"half an object":                      {"powerwechat", layout.Work, layout.Value{Text: []byte(full[:40]), Left: time.Hour}, 0, layout.ErrForm},
		"an object without a token":           {"powerwechat", layout.Work, layout.Value{Text: []byte(`{"errcode":40013}`), Left: time.Hour}, 0, layout.ErrForm},
		"Senparc's bag":                       {"senparc", layout.Official, layout.Value{Text: []byte(bag("2026-03-04T12:30:00.1234567+08:00", full)), Left: -1}, 30 * time.Minute, nil},
		"a bag without a token":               {"senparc", layout.Official, layout.Value{Text: []byte(bag("0001-01-01T00:00:00+00:00", "null")), Left: -1}, 0, layout.ErrEmpty},
		"a bag that ended":                    {"senparc-hash", layout.Official, layout.Value{Text: []byte(bag("2026-03-04T03:59:59Z", full)), Left: -1}, 0, layout.ErrEnded},
		"a bag with an odd time":              {"senparc", layout.Official, layout.Value{Text: []byte(bag("soon", full)), Left: -1}, 0, layout.ErrForm},
		"PHP's text":                          {"easywechat6", layout.Official, layout.Value{Text: []byte("s:" + length + `:"` + token + `";`), Left: time.Hour}, time.Hour, nil},
		"PHP's text, cut":                     {"easywechat6", layout.Official, layout.Value{Text: []byte("s:" + length + `:"` + token[:30]), Left: time.Hour}, 0, layout.ErrForm},
		"PHP's text, a length that is wrong":  {"php", layout.Official, layout.Value{Text: []byte(`s:999999:"abc";`), Left: time.Hour}, 0, layout.ErrForm},
		"PHP's array":                         {"easywechat5", layout.Mini, layout.Value{Text: []byte(`a:2:{s:12:"access_token";s:` + length + `:"` + token + `";s:10:"expires_in";i:7200;}`), Left: time.Hour}, time.Hour, nil},
		"PHP's array with an object":          {"easywechat5", layout.Mini, layout.Value{Text: []byte(`a:1:{s:1:"a";O:8:"stdClass":0:{}}`), Left: time.Hour}, 0, layout.ErrForm},
		"a hash":                              {"wxjava-hash", layout.Mini, layout.Value{Fields: map[string]string{"value": token, "expire": ms(time.Hour)}, Left: -1}, time.Hour, nil},
		"a hash in mid-write":                 {"wxjava-hash", layout.Mini, layout.Value{Fields: map[string]string{"expire": ms(time.Hour)}, Left: -1}, 0, layout.ErrEmpty},
		"a hash with an odd time":             {"wxjava-hash", layout.Mini, layout.Value{Fields: map[string]string{"value": token, "expire": "x"}, Left: -1}, 0, layout.ErrForm},
		"two keys":                            {"wxjava-old", layout.Work, layout.Value{Text: []byte(token), Left: -1, Expiry: []byte(ms(time.Minute))}, time.Minute, nil},
		"two keys, one of which is not there": {"wxjava-old", layout.Work, layout.Value{Text: []byte(token), Left: -1}, 0, layout.ErrNoLife},
		"Redisson's bytes":                    {"wxjava-redisson", layout.Official, layout.Value{Text: []byte("\x03\x82t\x00\x88" + token + "\xff"), Left: time.Minute}, 260 * time.Second, nil},
		"Redisson's bytes without a token":    {"wxjava-redisson", layout.Official, layout.Value{Text: []byte("\x03\x82short"), Left: time.Minute}, 0, layout.ErrEmpty},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := of(t, c.id, c.app).Read(c.v, now)
			if !errors.Is(err, c.err) || got.Life != c.life {
				t.Fatalf("%v, %v; want %v, %v", got.Life, err, c.life, c.err)
			}
			if err == nil && (got.Token != token || got.Searched != (c.id == "wxjava-redisson")) {
				t.Errorf("the token is %q", got.Token)
			}
			if err != nil && len(c.v.Text) > 0 && len(c.v.Text) < 1000 && strings.Contains(err.Error(), string(c.v.Text)) {
				t.Errorf("the error quotes the value")
			}
		})
	}
}

// What Write makes is read back as the same token, with no longer a life.
func TestWrite(t *testing.T) {
	for _, l := range layout.All() {
		text, ttl, err := l.Write(token, time.Hour)
		if !l.Writable {
			if !errors.Is(err, layout.ErrSealed) {
				t.Errorf("%s is written: %v", l.ID, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", l.ID, err)
			continue
		}
		got, err := l.Read(layout.Value{Text: []byte(text), Left: ttl}, now)
		if err != nil || got.Token != token || got.Life > time.Hour || got.Life < time.Hour-time.Second {
			t.Errorf("%s: read back as a life of %v, %v", l.ID, got.Life, err)
		}
		if _, _, err := l.Write(token, l.Reserve+time.Second); !errors.Is(err, layout.ErrShort) {
			t.Errorf("%s: a life that no SDK takes: %v", l.ID, err)
		}
		if _, _, err := l.Write("a\nb", time.Hour); err == nil {
			t.Errorf("%s: a token with a line end is written", l.ID)
		}
	}
}

func TestWhatIsShownOfAKey(t *testing.T) {
	for in, want := range map[string]string{
		"shop:token": "shop:token",
		"official_account.access_token." + appID + "." + secret + ".0": "official_account.access_token." + appID + ".0123….0",
		"a\x1b[31mb": "a[31mb",
	} {
		if got := layout.ShownKey(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := layout.ShownKey(strings.Repeat("k ", 1000)); len(got) > 210 {
		t.Errorf("%d bytes of a key are shown", len(got))
	}
}

// No two layouts have one name for one family, and all say what they need.
func TestTheTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range layout.All() {
		if key := l.ID + " " + string(l.App); seen[key] {
			t.Errorf("there are two layouts %s", key)
		} else {
			seen[key] = true
		}
		if l.SDK == "" || l.Form == "" || l.NeedsDigest() != strings.Contains(l.Template, "{digest}") || (l.Expiry != "") != (l.ExpiryUnit != 0) {
			t.Errorf("%s %s is not whole", l.ID, l.App)
		}
		if l.Writable && l.Reserve > l.Margin {
			t.Errorf("%s %s is written with another margin than it is read with", l.ID, l.App)
		}
	}
}

// TestALongTokenIsKeptWhole: a token of 8 KB, as long as upstream may give one, is
// written and read back whole.
func TestALongTokenIsKeptWhole(t *testing.T) {
	long := strings.Repeat("84_456789aBcD-_x", 8<<10/16)
	for _, l := range layout.All() {
		if !l.Writable {
			continue
		}
		text, ttl, err := l.Write(long, time.Hour)
		if err != nil {
			t.Errorf("%s: %v", l.ID, err)
			continue
		}
		if got, err := l.Read(layout.Value{Text: []byte(text), Left: ttl}, now); err != nil || got.Token != long {
			t.Errorf("%s: read back %d bytes, want %d (%v)", l.ID, len(got.Token), len(long), err)
		}
	}
}
