package window

import (
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// draft is what a person has typed into the form. It outlives every redrawing of
// the window, and the agent's going.
type draft struct {
	editing bool
	id      core.ID
	ref     api.Ref // of the account being edited
	before  *api.Account
	origin  *api.Account // of which this is to be the twin in the other environment

	name, appID, secret, baseURL, proxy, proxyPassword, note string
	copyFormat                                               string // empty: as in the settings
	env                                                      core.Env
	kind                                                     core.Kind
	product                                                  core.Product
	auto, consent                                            bool
}

// newDraft begins an account in an environment.
func newDraft(env core.Env) draft {
	return draft{env: env, kind: kinds.WeChat, product: kinds.ProductOfficial, auto: true}
}

// draftOf begins an edit.
func draftOf(a api.Account) draft {
	return draft{
		editing: true, id: a.ID, ref: a.Ref(), before: &a,
		name: a.Name, appID: a.AppID, baseURL: a.BaseURL, proxy: a.Proxy, note: a.Note,
		copyFormat: a.CopyFormat,
		env:        a.Env, kind: a.Kind, product: a.Product, auto: a.Auto, consent: a.AllowLive,
	}
}

// twinDraft begins the twin of an account in the other environment. AppID and
// secret are another account's at WeChat, so they stay empty; consent to
// destructive fetches was given for one environment and no other.
func twinDraft(a api.Account) draft {
	d := draftOf(a)
	d.editing, d.id, d.ref, d.before, d.origin = false, "", api.Ref{}, nil, &a
	d.appID, d.consent, d.env = "", false, otherEnv(a.Env)
	if d.env == core.Live && d.product == kinds.ProductTest { // production has no test accounts
		d.product = kinds.ProductOfficial
	}
	return d
}

// has reports whether the draft has a use for a field.
func (d draft) has(field string) bool {
	switch field {
	case "proxy_password":
		return strings.TrimSpace(d.proxy) != "" || d.proxyPassword != ""
	}
	return true
}

// account is the draft as an account, cleaned.
func (d draft) account() core.Account {
	return kinds.Builtin().Clean(core.Account{
		ID: d.id, Name: d.name, Env: d.env, Kind: d.kind, Product: d.product, AppID: d.appID,
		BaseURL: d.baseURL, Proxy: d.proxy, Note: d.note, CopyFormat: d.copyFormat, Auto: d.auto, AllowLive: d.consent && d.needsConsent(),
	})
}

// needsConsent reports whether fetching for the account would kill the token
// that production uses.
func (d draft) needsConsent() bool { return d.env == core.Live && d.kind == kinds.WeChatLegacy }

// issue is one thing to say below a field.
type issue struct {
	Text string
	Warn bool
}

// problems are what to say below each field. Warnings do not forbid saving.
func (d draft) problems(l *kit.Look, m *model) map[string][]issue {
	a := d.account()
	var was core.Account
	if d.editing {
		was.Name, was.AppID = d.before.Name, d.before.AppID
	}
	found := kinds.Builtin().CheckChange(a, was)
	if d.secret != "" || !d.editing {
		spec, _ := kinds.Builtin().Of(a.Kind)
		_, odd := spec.CleanSecret(core.NewSecret(d.secret))
		found = append(found, odd...)
	}
	out := map[string][]issue{}
	for _, p := range found {
		out[p.Field] = append(out[p.Field], issue{l.Words.Say(text.Key("problem." + p.Key)), p.Warn})
	}
	for _, b := range m.Accounts {
		if b.ID != d.id && b.Name == a.Name && b.Env == a.Env {
			out["name"] = append(out["name"], issue{l.T("form.name.twice", "account", refWords(b.Ref())), false})
		}
	}
	if a.Env == core.Live && a.Product == kinds.ProductTest {
		out["product"] = append(out["product"], issue{l.T("form.product.test_live"), true})
	}
	if host, leaves := d.leavesSecret(); leaves {
		field := "base_url"
		if was, next := d.destinations(); was.Host == next.Host && was.Via != next.Via {
			field = "proxy"
		}
		out[field] = append(out[field], issue{l.T("form.secret.again", "host", host), true})
	}
	if twin, ok := m.twin(d.id, a.Kind, a.BaseURL, a.AppID); ok {
		key, warn := "form.twin", true
		if a.Kind == kinds.WeChatLegacy {
			key, warn = "form.twin.legacy", false
		}
		out["appid"] = append(out["appid"], issue{l.T(key, "account", refWords(twin.Ref())), warn})
	}
	return out
}

// destinations are where the secrets of the account that is edited went so far,
// and where they would go. An account that waits for its AppSecret has it for
// another host than the one it names.
func (d draft) destinations() (was, next core.Destination) {
	next = d.account().Destination(upstreamBase, nil)
	if !d.editing {
		return next, next
	}
	return core.Account{BaseURL: d.before.BaseURL, Proxy: d.before.Proxy}.Destination(upstreamBase, nil), next
}

// leavesSecret reports whether the kept AppSecret would not be sent where the
// draft goes, and names the host that it was entered for.
func (d draft) leavesSecret() (host string, leaves bool) {
	was, next := d.destinations()
	if !d.editing || d.secret != "" || next.Host == "" {
		return "", false
	}
	if e := d.before.Error; e != nil && e.Remedy == core.RemedySecretAgain {
		return e.SecretHost, e.SecretHost != next.String()
	}
	return was.String(), !was.Takes(next)
}

// leavesPassword reports whether the kept password of the proxy would not be sent
// to the one that the draft names.
func (d draft) leavesPassword() bool {
	was, next := d.destinations()
	return d.editing && was.Proxy != "" && next.Proxy != "" && !was.TakesPassword(next)
}

// fatal reports whether anything forbids saving, and the first such field.
func fatal(problems map[string][]issue) (string, bool) {
	for _, field := range formFields() {
		for _, p := range problems[field] {
			if !p.Warn {
				return field, true
			}
		}
	}
	return "", false
}

// formFields are the fields in the order they stand.
func formFields() []string {
	return []string{"name", "env", "product", "appid", "secret", "kind", "base_url", "proxy", "proxy_password", "copy_format", "note"}
}

// input is what the agent is told. In an edit, secrets left empty stay as they
// are.
func (d draft) input() api.AccountInput {
	a := d.account()
	in := api.AccountInput{
		Input: core.Input{
			Name: &a.Name, Env: &a.Env, Kind: &a.Kind, Product: &a.Product, AppID: &a.AppID, BaseURL: &a.BaseURL, Proxy: &a.Proxy, Auto: &a.Auto, Note: &a.Note, AllowLive: &a.AllowLive, CopyFormat: &a.CopyFormat,
		},
		Apart: true,
	}
	if d.secret != "" {
		in.Secret = &d.secret
	}
	if d.proxyPassword != "" {
		in.ProxyPassword = &d.proxyPassword
	}
	return in
}

// changed reports whether anything would be lost by closing the form.
func (d draft) changed() bool {
	if d.secret != "" || d.proxyPassword != "" {
		return true
	}
	if d.editing {
		start := draftOf(*d.before)
		start.before = d.before
		return d != start
	}
	// What is only a switch's position is not worth a question.
	start := newDraft(d.env)
	if d.origin != nil {
		start = twinDraft(*d.origin)
		start.origin, start.env = d.origin, d.env
	}
	start.kind, start.product, start.auto, start.consent = d.kind, d.product, d.auto, d.consent
	return d != start
}
