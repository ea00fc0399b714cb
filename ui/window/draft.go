package window

import (
	"cmp"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// draft is a person's input in the form. It outlives redrawing the window, and the
// end of the agent.
type draft struct {
	core.Account // as typed; AllowLive is in consent

	kinds   kinds.Set
	editing bool
	ref     api.Ref // of the account being edited
	before  *api.Account
	origin  *api.Account // the account whose counterpart in the other environment this is

	secret, proxyPassword string
	consent               bool
}

// newDraft begins an account in an environment.
func newDraft(set kinds.Set, env core.Env) draft {
	kind := set.Default()
	return draft{kinds: set, Account: core.Account{Env: env, Kind: kind.Kind, Product: kind.FirstProduct(env), Auto: true}}
}

// draftOf begins an edit.
func draftOf(set kinds.Set, a api.Account) draft {
	d := draft{kinds: set, Account: a.Account, editing: true, ref: a.Ref(), before: &a, consent: a.AllowLive}
	d.AllowLive = false
	return d
}

// counterpartDraft begins the counterpart of an account in the other environment.
// The fields that identify its token, and the secret, differ at the upstream, so
// they stay empty; consent to destructive fetches was given for one environment
// only.
func counterpartDraft(set kinds.Set, a api.Account) draft {
	d := draftOf(set, a)
	d.editing, d.ID, d.ref, d.before, d.origin = false, "", api.Ref{}, nil, &a
	d.AppID, d.consent, d.Env = "", false, otherEnv(a.Env)
	spec := d.spec()
	for _, f := range spec.Fields {
		if f.Identity {
			d.Account = f.Set(d.Account, "")
		}
	}
	if p, ok := spec.Product(d.Product); ok && !p.In(d.Env) {
		d.Product = spec.FirstProduct(d.Env)
	}
	return d
}

// spec is the spec of the chosen kind.
func (d draft) spec() kinds.Spec {
	spec, _ := d.kinds.Of(d.Kind)
	return spec
}

// choose changes the kind. Fields that both kinds have stay.
func (d *draft) choose(kind core.Kind) {
	d.Kind = kind
	d.Account = d.kinds.Fit(d.Account)
}

// has reports whether the draft needs a field.
func (d draft) has(field string) bool {
	switch field {
	case "watch":
		return d.spec().CanCheck(d.kinds.Clean(d.Account))
	case "ca":
		return d.CA != "" || d.spec().TakesCA() && d.namesHost()
	case "proxy_password":
		return strings.TrimSpace(d.Proxy) != "" || d.proxyPassword != ""
	}
	return true
}

// set takes what was typed into a plain field; no number is 0.
func (d *draft) set(p core.Plain, typed string) {
	if p.Number {
		typed = cmp.Or(strings.ReplaceAll(strings.TrimSpace(typed), ",", ""), "0")
	}
	p.Put(&d.Account, typed)
}

// namesHost reports whether the draft names a host that is not the kind's own.
func (d draft) namesHost() bool {
	for _, f := range d.spec().Fields {
		if f.Input == kinds.URL && strings.TrimSpace(f.Value(d.Account)) != "" {
			return true
		}
	}
	return false
}

// account is the draft as an account, cleaned.
func (d draft) account() core.Account {
	a := d.Account
	a.AllowLive = d.consent && d.needsConsent()
	return d.kinds.Clean(a)
}

// needsConsent reports whether fetching for the account would kill the token
// that production uses.
func (d draft) needsConsent() bool { return d.Env == core.Live && d.spec().Traits.Destructive() }

// issue is one thing to say below a field.
type issue struct {
	Text string
	Warn bool
}

// problems are what to say below each field. Warnings do not forbid saving.
func (d draft) problems(ui *kit.UI, m *model) map[string][]issue {
	a := d.account()
	var was core.Account
	if d.editing {
		was.Name, was.AppID = d.before.Name, d.before.AppID
	}
	found := d.kinds.CheckChange(a, was)
	spec := d.spec()
	if d.secret != "" || !d.editing {
		_, odd := spec.CleanSecret(core.NewSecret(d.secret))
		found = append(found, odd...)
	}
	out := map[string][]issue{}
	for _, p := range found {
		if p.Key == core.ProblemNameChars && strings.Contains(a.Name, "/") {
			p.Key = "name_slash" // of all forbidden characters, people type this one
		}
		out[p.Field] = append(out[p.Field], issue{ui.Words.Problem(d.Kind, p), p.Warn})
	}
	for _, b := range m.Accounts {
		if b.ID != d.ID && !m.going[b.ID] && b.Name == a.Name && b.Env == a.Env {
			out["name"] = append(out["name"], issue{ui.T("form.name.twice", "account", refWords(b.Ref())), false})
		}
	}
	if p, ok := spec.Product(a.Product); ok && !p.In(a.Env) {
		out["product"] = append(out["product"], issue{ui.Words.Say(text.Key("product." + string(a.Product) + ".only")), true})
	}
	if host, leaves := d.leavesSecret(); leaves {
		field := "base_url"
		switch was, next := d.destinations(); {
		case was.Host == next.Host && was.Via != next.Via:
			field = "proxy"
		case was.Host == next.Host && was.CA != next.CA:
			field = "ca"
		}
		out[field] = append(out[field], issue{ui.T("form.secret.again", append(ui.Words.Names(d.Kind), "host", host)...), true})
	}
	if other, ok := m.sharesToken(d.kinds, a); ok {
		key, warn := "form.shared", true
		if spec.Traits.Destructive() {
			key, warn = "form.shared.harm", false
		}
		field := spec.IDField()
		out[field] = append(out[field], issue{ui.T(key, "account", refWords(other.Ref())), warn})
	}
	return out
}

// destinations are the destination of the edited account's secrets so far, and the
// new one. An account that waits for its AppSecret has it for another host than the
// one it names.
func (d draft) destinations() (was, next core.Destination) {
	next = d.spec().Destination(d.account())
	if !d.editing {
		return next, next
	}
	before, _ := d.kinds.Of(d.before.Kind)
	return before.Destination(d.before.Account), next
}

// leavesSecret reports whether the stored AppSecret would not be sent to the draft's
// host, and names the host that it was entered for.
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

// leavesPassword reports whether the stored proxy password would not be sent to the
// draft's proxy.
func (d draft) leavesPassword() bool {
	was, next := d.destinations()
	return d.editing && was.Proxy != "" && next.Proxy != "" && !was.TakesPassword(next)
}

// fatal reports whether anything forbids saving, and the first such field.
func fatal(order []string, problems map[string][]issue) (string, bool) {
	for _, field := range order {
		for _, p := range problems[field] {
			if !p.Warn {
				return field, true
			}
		}
	}
	return "", false
}

// formFields are the fields in the form's order: those that every account has, and
// among them those of the chosen kind, of which the rare ones come late.
func (d draft) formFields() []string {
	out := []string{"name", "env"}
	if len(d.spec().Products) > 0 {
		out = append(out, "product")
	}
	for _, f := range d.kindFields(false) {
		out = append(out, f.Key)
	}
	out = append(out, "kind")
	for _, f := range d.kindFields(true) {
		out = append(out, f.Key)
	}
	out = append(out, "ca", "proxy", "proxy_password", "budget", "copy_format")
	for _, p := range drawn() {
		out = append(out, p.Key)
	}
	return out
}

// drawn are the plain fields at the end of the form: the long texts come last.
func drawn() []core.Plain { return core.Drawn(core.FormLine, core.FormSwitch, core.FormLines) }

// defaults are the values of the kind's fields when they are left empty, as far as
// they are shown.
func (d draft) defaults() []string {
	var out []string
	for _, f := range d.spec().Fields {
		out = append(out, d.spec().Hint(f, d.Account), d.spec().Param(d.Account, f.Key))
	}
	return out
}

// kindFields are the fields of the chosen kind, the rare ones or the others.
func (d draft) kindFields(rare bool) []kinds.Field {
	return slices.DeleteFunc(slices.Clone(d.spec().Fields), func(f kinds.Field) bool { return f.Rare != rare })
}

// input is the request to the agent. In an edit, secrets left empty stay as they
// are.
func (d draft) input() api.AccountInput {
	in := api.AccountInput{Input: core.InputOf(d.account()), Apart: true}
	if d.editing {
		in.Params = d.params()
	}
	if d.secret != "" {
		in.Secret = &d.secret
	}
	if d.proxyPassword != "" {
		in.ProxyPassword = &d.proxyPassword
	}
	return in
}

// params are those of the draft, with an empty value for each that was removed.
func (d draft) params() map[string]string {
	out := d.account().Params.Map()
	for key := range d.before.Params.All() {
		if _, stays := out[key]; !stays && d.spec().Has(key) {
			out[key] = ""
		}
	}
	return out
}

// changed reports whether anything would be lost by closing the form.
func (d draft) changed() bool {
	if d.secret != "" || d.proxyPassword != "" {
		return true
	}
	if d.editing {
		start := draftOf(d.kinds, *d.before)
		return !d.Account.Equal(start.Account) || d.consent != start.consent
	}
	// The mere position of a switch is not worth a question.
	start := newDraft(d.kinds, d.Env)
	if d.origin != nil {
		start = counterpartDraft(d.kinds, *d.origin)
		start.Env = d.Env
	}
	start.Kind, start.Product, start.Auto = d.Kind, d.Product, d.Auto
	return !d.Account.Equal(start.Account)
}
