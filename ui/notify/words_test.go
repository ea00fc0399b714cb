package notify

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// told returns the judge's decision about accounts that had no problem before.
func told(t *testing.T, k kind, as ...api.Account) decision {
	t.Helper()
	var before []api.Account
	for _, a := range as {
		a.State, a.Error = core.StateFresh, nil
		before = append(before, a)
	}
	s := newScene(t, before...)
	o := decision{kind: k}
	for _, a := range as {
		s.account(a)
		o.accounts = append(o.accounts, **s.j.Find(a.ID))
	}
	return o
}

func TestSentences(t *testing.T) {
	two := []api.Account{blocked("shop", "1.2.3.4"), but(acc("blog", core.StateBlocked, time.Hour), core.BadSecret, core.RemedySecret, "")}
	for _, tt := range []struct {
		what     string
		o        decision
		en, zh   string // title, then body
		copiesIP bool
	}{
		{
			"whitelist", told(t, person, blocked("shop", "1.2.3.4")),
			"shop/live needs you\n1.2.3.4 is not on the account's IP whitelist.",
			"shop/live 需要处理\n1.2.3.4 不在账号的 IP 白名单中。", true,
		},
		{
			"whitelist, no address told", told(t, person, blocked("shop", "")),
			"shop/live needs you\nThis machine's IP is not on the account's IP whitelist.",
			"shop/live 需要处理\n本机 IP 不在账号的 IP 白名单中。", false,
		},
		{
			"wrong secret", told(t, person, two[1]),
			"blog/live needs you\nThe AppSecret is wrong or belongs to another AppID.",
			"blog/live 需要处理\nAppSecret 有误，或属于另一个 AppID。", false,
		},
		{
			"two", told(t, person, two...),
			"2 accounts need you\nshop/live: IP not on the whitelist\nblog/live: wrong AppID or AppSecret",
			"2 个账号需要处理\nshop/live：IP 不在白名单\nblog/live：AppID 或 AppSecret 有误", true,
		},
		{
			"a class of a newer agent", told(t, person, but(acc("shop", core.StateBlocked, 0), "haunted", "exorcist", "")),
			"shop/live needs you\nTokenTray's log tells why.",
			"shop/live 需要处理\n原因见 TokenTray 的日志。", false,
		},
		{
			"failing, token lives", told(t, failing, retrying("shop", 4*time.Minute)),
			"shop/live cannot be renewed\nThe upstream cannot be reached. It is tried again; the token lives until 12:04.",
			"shop/live 无法续期\n无法连接上游服务。正在重试；现有 token 可用到 12:04。", false,
		},
		{
			"failing, token gone", told(t, failing, retrying("shop", 0)),
			"shop/live cannot be renewed\nThe upstream cannot be reached. It is tried again; until then there is no token.",
			"shop/live 无法续期\n无法连接上游服务。正在重试；目前没有可用的 token。", false,
		},
		{
			"expiry, paused", told(t, expiry, acc("shop", core.StatePaused, 5*time.Minute)),
			"The token of shop/live expires at 12:05\nIt is not renewed, because renewal is paused.",
			"shop/live 的 token 将于 12:05 过期\n续期已暂停，不会自动换新。", false,
		},
		{
			"expiry, locked", told(t, expiry, acc("shop", core.StateLocked, 5*time.Minute)),
			"The token of shop/live expires at 12:05\nIt is not renewed, because the vault is locked.",
			"shop/live 的 token 将于 12:05 过期\n保险库已锁定，无法续期。", false,
		},
		{
			"expiry, blocked", told(t, expiry, blocked("shop", "1.2.3.4")),
			"The token of shop/live expires at 13:00\n1.2.3.4 is not on the account's IP whitelist.",
			"shop/live 的 token 将于 13:00 过期\n1.2.3.4 不在账号的 IP 白名单中。", false,
		},
		{
			"expiry of two", told(t, expiry, acc("shop", core.StatePaused, 5*time.Minute), acc("blog", core.StatePaused, 4*time.Minute)),
			"2 tokens expire soon\nshop/live: 12:05\nblog/live: 12:04",
			"2 个 token 即将过期\nshop/live：12:05\nblog/live：12:04", false,
		},
	} {
		for lang, want := range map[text.Lang]string{text.English: tt.en, text.Chinese: tt.zh} {
			m := compose(tt.o, noon, text.New(lang))
			if got := m.title + "\n" + m.body; got != want {
				t.Errorf("%s: told\n%s\nwant\n%s", tt.what, got, want)
			}
			if copies := m.buttons[len(m.buttons)-1].act == actCopyIP; copies != tt.copiesIP {
				t.Errorf("%s: a button copies the IP: %v", tt.what, copies)
			}
		}
	}
}

// TestNothingSecretIsTold: an error quotes a token in each of its texts, for each
// class and remedy, and an account's mask is a token.
func TestNothingSecretIsTold(t *testing.T) {
	const token = "88_token"
	classes := []core.Class{
		core.Temporary, core.Whitelist, core.Confirm, core.Quota, core.BadSecret, core.Frozen, core.Misuse, core.VaultClosed,
		core.NotFound, core.Invalid, core.Internal, "new",
	}
	remedies := []string{core.RemedyLog, core.RemedyInput, core.RemedyDisk, core.RemedyNoAgent, core.RemedyWhitelist, core.RemedyAllowLive, "", "new"}
	for _, class := range classes {
		for _, remedy := range remedies {
			for k := range kinds {
				a := acc("shop", core.StateBlocked, time.Hour)
				a.Mask, a.Note, a.AppID = token, token, token
				a = but(a, class, remedy, token)
				a.Error.RID = token
				for _, lang := range []text.Lang{text.English, text.Chinese} {
					m := compose(told(t, k, a), noon, text.New(lang))
					if said := m.title + m.body; strings.Contains(said, token) || strings.Contains(said, "\x00") || strings.Contains(said, "{") {
						t.Errorf("%s, %s: told %q", class, remedy, said)
					}
				}
			}
		}
	}
}

// FuzzNames: whatever the name of an account and whatever the upstream says our
// address is, a notification is plain text of limited length, without markup and
// without anything but a real address.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"shop", "<b>&amp;", "a\u202eb\nc\x1b[31m", strings.Repeat("好", 300), "👩‍💻", "\xff", "1.2.3.4", "::1%eth0", "${IFS}`", "{account}"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, name, ip string) {
		for k := range kinds {
			m := compose(told(t, k, blocked(name, ip)), noon, text.New(text.English))
			if utf8.RuneCountInString(m.title) > maxTitle || utf8.RuneCountInString(m.body) > maxBody {
				t.Errorf("too long: %q, %q", m.title, m.body)
			}
			for _, r := range m.title + m.body {
				if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
					t.Errorf("%q holds %q", m.title+m.body, r)
				}
			}
			if strings.ContainsAny(markup(m.body), `<>"'`) {
				t.Errorf("markup in %q", markup(m.body))
			}
			if ip != "" && address(ip) == "" && m.ref != (api.Ref{}) {
				t.Errorf("%q is to be copied as an address", ip)
			}
		}
	})
}

// TestCausesOfAKind: a refusal uses the words of the account's kind.
func TestCausesOfAKind(t *testing.T) {
	a := blocked("office", "1.2.3.4")
	a.Kind = core.Kind("wecom")
	for lang, want := range map[text.Lang]string{text.English: "trusted IPs", text.Chinese: "企业可信 IP"} {
		if m := compose(told(t, person, a), noon, text.New(lang)); !strings.Contains(m.body, want) {
			t.Errorf("it says %q, want %q", m.body, want)
		}
	}
}

// TestAGapIsNotified: for an answer without the token, the notification names the
// missing part and its path and quotes nothing of the answer.
func TestAGapIsNotified(t *testing.T) {
	a := but(acc("crm", core.StateRetrying, time.Hour), core.Temporary, core.RemedyPath, "")
	a.Error.Part, a.Error.Path = core.PartToken, "data.access_token"
	for lang, want := range map[text.Lang]string{text.English: "nothing at data.access_token, where the token", text.Chinese: "data.access_token 处没有“token”"} {
		m := compose(told(t, failing, a), noon, text.New(lang))
		if !strings.Contains(m.body, want) || strings.Contains(m.title+m.body, "88_token") {
			t.Errorf("it says %q, %q, want %q", m.title, m.body, want)
		}
	}
}
