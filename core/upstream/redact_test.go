package upstream

import (
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
)

// token and secret look like real ones.
const (
	token  = "98_abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-abcdefghijklmnopqrstuvwxyz"
	secret = "5ecre7-0f-7h3-4cc0un7-never-shown"
)

func TestCallerIPAndRequestID(t *testing.T) {
	for name, tt := range map[string]struct{ text, ip, rid string }{
		"40164 today":      {"invalid ip 203.0.113.108 ipv6 ::ffff:203.0.113.108, not in whitelist rid: 62416571-5cbc3445-3e6cab76", "203.0.113.108", "62416571-5cbc3445-3e6cab76"},
		"40164 in 2017":    {"invalid ip 203.0.113.219, not in whitelist hint: [KJZfAa0644e575]", "203.0.113.219", ""},
		"without a blank":  {"invalid ip 203.0.113.87, not in whitelist hint:[UIluoA05892067]", "203.0.113.87", ""},
		"only IPv6":        {"invalid ip 2001:db8::17 ipv6 2001:db8::17, not in whitelist rid: 62416571-5cbc3445-3e6cab76", "2001:db8::17", "62416571-5cbc3445-3e6cab76"},
		"mapped first":     {"invalid ip ::ffff:203.0.113.9, not in whitelist", "203.0.113.9", ""},
		"61004":            {"access clientip is not registered requestIP: 203.0.113.116 rid: 63b7eb39-39d66421-259c5cd5", "203.0.113.116", "63b7eb39-39d66421-259c5cd5"},
		"from ip":          {"not allow to access from your ip, hint: [1690282230612130918224239], from ip: 203.0.113.207, more info at https://open.work.weixin.qq.com/devtool/query?e=60020", "203.0.113.207", ""},
		"no blank, comma":  {"Invalid IP:203.0.113.5.", "203.0.113.5", ""},
		"no marker":        {"the address 203.0.113.44 needs confirmation", "203.0.113.44", ""},
		"masked":           {"invalid ip 203.0.XXX.108, not in whitelist", "", ""},
		"nothing":          {"invalid appsecret, rid: 62416571-5cbc3445-3e6cab76", "", "62416571-5cbc3445-3e6cab76"},
		"upper case":       {"INVALID APPID, RID: 62416571-5CBC3445-3E6CAB76", "", "62416571-5CBC3445-3E6CAB76"},
		"unspecified":      {"invalid ip ::, not in whitelist", "", ""},
		"a time of day":    {"invalid ip, at 12:30:11", "", ""},
		"not quite a rid":  {"rid: 6241657-5cbc3445-3e6cab76", "", ""},
		"rid within words": {"florid: 62416571-5cbc3445-3e6cab76", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := Redactor{}.Clean(tt.text)
			if got := CallerIP(text, true); got != tt.ip {
				t.Errorf("caller %q, want %q", got, tt.ip)
			}
			if got := RID(text); got != tt.rid {
				t.Errorf("rid %q, want %q", got, tt.rid)
			}
		})
	}
	if ip := CallerIP("see 203.0.113.44 for help", false); ip != "" {
		t.Errorf("took %s for the caller although the errcode is not about addresses", ip)
	}
}

func TestClean(t *testing.T) {
	const key = "k&y/with+odd=signs"
	for name, tt := range map[string]struct{ in, want string }{
		"fine":               {"invalid appid, rid: 62416571-5cbc3445-3e6cab76", "invalid appid, rid: 62416571-5cbc3445-3e6cab76"},
		"Chinese":            {"无效的 appid。", "无效的 appid。"},
		"itself":             {"bad secret " + key + "!", "bad secret •••!"},
		"in a URL":           {"GET /x?k=" + url.QueryEscape(key), "GET /x?k=•••"},
		"in other case":      {"bad K&Y/WITH+odd=signs", "bad •••"},
		"a token":            {"got " + token + " instead", "got ••• instead"},
		"any long run":       {"hash 0123456789abcdef0123456789abcdef.", "hash •••."},
		"URL parameter":      {"/cgi-bin/token?appid=wx1&secret=short&x=1", "/cgi-bin/token?appid=wx1&secret=•••&x=1"},
		"control characters": {"a\x00b\x1b[31mc\r\nd\u202ee\u200bf", "a b [31mc d e f"},
		"broken UTF-8":       {"a\xff\xfeb", "a b"},
		"too long":           {strings.Repeat("ab ", 500), strings.Repeat("ab ", 99) + "ab…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (Redactor{key}).Clean(tt.in); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
	// A password may be any bytes.
	if got := (Redactor{"open\x80sesame\n!"}).Clean("you said open\x80sesame\n!, no"); got != "you said •••, no" {
		t.Errorf("got %q", got)
	}
	// A part of a secret at the cut must not stay either.
	long := strings.Repeat("a ", 145) + key
	if got := (Redactor{key}).Clean(long); strings.Contains(got, "k&y") {
		t.Errorf("the cut left %q", got)
	}
}

// Whatever is said, what is shown is one short line without secrets.
func FuzzClean(f *testing.F) {
	f.Add("invalid ip 203.0.113.108 ipv6 ::ffff:203.0.113.108, not in whitelist rid: 62416571-5cbc3445-3e6cab76", "0123456789abcdef0123456789abcdef")
	f.Add("secret=abcd&rid: 62416571-5cbc3445-3e6cab76", "abcd")
	f.Add("a\x00b\xff invalid ip :::", "a&b c")
	f.Fuzz(func(t *testing.T, text, hidden string) {
		got := Redactor{hidden}.Clean(text)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxMessage {
			t.Fatalf("%q is no short text", got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q holds %q", got, r)
			}
		}
		if len(hidden) >= 4 && plain.MatchString(hidden) {
			bare := strings.ReplaceAll(strings.ToLower(got), core.Hidden, " ")
			// The name before a hidden URL parameter stays.
			if strings.Contains(bare, strings.ToLower(hidden)) {
				t.Fatalf("%q shows %q", got, hidden)
			}
		}
		if ip := CallerIP(got, true); ip != "" {
			if _, err := netip.ParseAddr(ip); err != nil {
				t.Fatalf("caller %q", ip)
			}
		}
		if id := RID(got); id != "" && len(id) != 26 {
			t.Fatalf("rid %q", id)
		}
	})
}

// plain is what an AppSecret may hold.
var plain = regexp.MustCompile(`^[!-~]+$`)

// TestPiecesOfASecret: an upstream that echoes half of one, or one in another
// spelling, has neither shown.
func TestPiecesOfASecret(t *testing.T) {
	const appSecret, password = "0123456789abcdef0fedcba987654321", "hunter2"
	redact := Redactor{appSecret, password}
	for _, said := range []string{
		appSecret[:16], appSecret[16:], strings.ToUpper(appSecret[4:20]), appSecret[20:28],
		base64.StdEncoding.EncodeToString([]byte(appSecret))[:20],
		base64.StdEncoding.EncodeToString([]byte(password)), base64.RawURLEncoding.EncodeToString([]byte("user:" + password)),
		hex.EncodeToString([]byte(password)),
	} {
		if got, want := redact.Clean("invalid appsecret <"+said+">"), "invalid appsecret <"; !strings.HasPrefix(got, want) || strings.Contains(got, said) || strings.Contains(got, said[2:len(said)-2]) {
			t.Errorf("%q: %q", said, got)
		}
	}
	const fine = "invalid appsecret, appid wx0123456789, rid: 62416571-5cbc3445-3e6cab76"
	if got := (Redactor{appSecret[16:] + appSecret[16:]}).Clean(fine); got != fine {
		t.Errorf("%q, want it as it was", got)
	}
}
