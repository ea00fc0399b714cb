package preset

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Options change how calls are made. The zero value is right for everything but
// tests.
type Options = upstream.Options

// Asker makes the calls of presets. It is safe for concurrent use.
type Asker struct{ caller *upstream.Caller }

// NewAsker returns an Asker, whose sources share connections.
func NewAsker(o Options) *Asker { return &Asker{upstream.New(o)} }

// Source is the source of a preset's tokens. It is a core.Checker too.
func (a *Asker) Source(p Preset) core.Source {
	s := source{Caller: a.caller, preset: p}
	if !p.checks() {
		return s
	}
	return checker{s}
}

// Sources are those of the presets of this version.
func Sources(o Options) map[core.Kind]core.Source {
	a := NewAsker(o)
	out := map[core.Kind]core.Source{}
	for _, p := range Shipped() {
		out[p.Kind] = a.Source(p)
	}
	return out
}

type source struct {
	*upstream.Caller
	preset Preset
}

// Fetch makes the preset's request and reads the token from its answer.
func (s source) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	redact := redactor(req)
	reply, err := s.Ask(ctx, req, s.base(req.Account), s.preset.outgoing(req), redact)
	if err != nil {
		return core.Grant{}, err
	}
	return s.read(reply, redact)
}

func redactor(req core.Request) upstream.Redactor {
	return upstream.Redactor{req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
}

// base is where the account's tokens are asked for.
func (s source) base(a core.Account) string {
	return cmp.Or(a.BaseURL, s.preset.Request.Hosts[a.Env], s.preset.Request.Base)
}

// read is the token of an answer, or why there is none.
func (s source) read(reply upstream.Reply, redact upstream.Redactor) (core.Grant, error) {
	r, reason := s.preset.Answer.Read(reply.Body)
	switch {
	case reply.Status == http.StatusTooManyRequests:
		return core.Grant{}, s.refused("quota", r, redact)
	case reason != "":
		return core.Grant{}, reply.Odd(reason)
	case !r.OK && r.Code == "":
		return core.Grant{}, r.Gap.Error()
	case !r.OK:
		return core.Grant{}, s.refused(s.preset.meaning(r.Code, reply.Status), r, redact)
	case reply.Status >= http.StatusBadRequest:
		return core.Grant{}, s.refused(s.preset.meaning("", reply.Status), r, redact)
	case r.Fault != "":
		return core.Grant{}, s.lost(r.Gap)
	}
	return r.Grant, nil
}

// lost is the error for a success without a token that can be found. If asking again
// kills somebody's token, nothing asks again by itself.
func (s source) lost(gap upstream.Gap) *core.Error {
	e := gap.Error()
	if !s.preset.Repeat.Harmless() {
		e.Class = core.Misuse
		e.Message = "upstream made a token that cannot be read: " + gap.Fault + "; nothing asks again by itself, for each call costs a token: correct the preset or the base URL"
	}
	return e
}

// meaning is the meaning of a refusal: by the preset's codes, else by the words of
// RFC 6749, else by the status. Empty: unknown.
func (p Preset) meaning(code string, status int) string {
	for _, name := range refusalNames() {
		if slices.Contains(p.Refusals[name], code) && code != "" {
			return name
		}
	}
	switch code {
	case "invalid_client", "unauthorized_client", "invalid_grant", "access_denied":
		return "secret"
	case "invalid_request", "unsupported_grant_type", "invalid_scope":
		return "request"
	case "temporarily_unavailable", "server_error":
		return "busy"
	}
	if status == http.StatusUnauthorized {
		return "secret"
	}
	return ""
}

// An unknown refusal is retried, but not too often: it may be a wrong secret, and
// some upstreams bar a caller that sends many.
const unknownWait = time.Minute

// rule is how a refusal is handled.
func rule(meaning string) upstream.Rule {
	switch meaning {
	case "secret":
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "upstream refuses AppID and secret; enter the right ones"}
	case "appid":
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedyAppID, Message: "upstream does not know this AppID; correct it"}
	case "whitelist":
		return upstream.Rule{Class: core.Whitelist, Remedy: core.RemedyWhitelist, IP: true, Message: "upstream does not let this computer's IP in; add it to the whitelist in the console"}
	case "frozen":
		return upstream.Rule{Class: core.Frozen, Remedy: core.RemedyFrozen, Message: "upstream has disabled the application; see its console"}
	case "quota":
		return upstream.Rule{Class: core.Quota, Remedy: core.RemedyQuotaMinute, Wait: time.Minute, Message: "upstream takes no more calls for now; try again in a minute"}
	case "request":
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyUpdate, Message: "upstream did not understand the request; if the base URL is right, correct the preset or report this"}
	case "permission":
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyPermission, Message: "upstream does not grant this to the application; see in its console what the application may do"}
	case "busy":
		return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "upstream is busy; try again in a moment"}
	}
	return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Wait: unknownWait, Message: "upstream refused with a code unknown here; try again in a minute"}
}

// refused is the error for an answer that is no success. A code that is not a number
// is shown with upstream's message.
func (s source) refused(meaning string, r upstream.Reading, redact upstream.Redactor) *core.Error {
	a := upstream.Answer{Message: r.Text}
	if n, err := strconv.ParseInt(r.Code, 10, 32); err == nil {
		a.Code = int(n)
	} else if r.Code != "" {
		a.Message = strings.TrimSuffix(r.Code+": "+r.Text, ": ")
	}
	return s.Refused(rule(meaning), a, s.preset.Day, redact)
}

// Meanings implements core.Interpreter. It knows only what the preset itself lists:
// the words of RFC 6749 are any server's.
func (s source) Meanings(code, message string) []*core.Error {
	reading := upstream.Reading{Code: code, Text: message}
	for _, a := range s.preset.Dead {
		if slices.Contains(a.Values, code) {
			e := s.refused("", reading, nil)
			r := upstream.TokenDead()
			e.Class, e.Remedy, e.Message, e.RetryAt = r.Class, r.Remedy, r.Message, time.Time{}
			return []*core.Error{e}
		}
	}
	for _, name := range refusalNames() {
		if slices.Contains(s.preset.Refusals[name], code) && name != "request" {
			return []*core.Error{s.refused(name, reading, nil)}
		}
	}
	return nil
}

// outgoing is the request for an account.
func (p Preset) outgoing(req core.Request) upstream.Outgoing {
	fill := strings.NewReplacer(holdID, req.Account.AppID, holdSecret, req.Credentials.Secret.Reveal())
	out := upstream.Outgoing{
		Method:   p.Request.Method,
		Path:     strings.ReplaceAll(p.Request.Path, holdID, url.PathEscape(req.Account.AppID)),
		Harmless: p.Repeat.Harmless(),
		Header:   map[string]string{},
	}
	for _, h := range p.Request.Headers {
		out.Header[h.Name] = fill.Replace(h.Value)
	}
	values := url.Values{}
	for _, f := range p.Request.Fields {
		values.Add(f.Name, fill.Replace(f.Value))
	}
	switch p.Request.Encoding {
	case Query:
		out.Query = values
		if p.Request.Method == http.MethodPost {
			out.Body = []byte{} // so that its length is sent
		}
	case Form:
		out.Body, out.Type = []byte(values.Encode()), "application/x-www-form-urlencoded"
	default:
		out.Body = []byte(p.jsonBody(fill))
	}
	return out
}

// checker is a source whose preset knows a call that shows whether a token works.
type checker struct{ source }

var _ core.Checker = checker{}

// Check makes the call with the token. An answer that is neither a success nor one
// of those that mean a dead token says nothing about it.
func (c checker) Check(ctx context.Context, req core.Request, token string) error {
	redact := append(upstream.Redactor{token}, redactor(req)...)
	p := c.preset
	path, query, _ := strings.Cut(p.Check, "?")
	values, _ := url.ParseQuery(query)
	out := upstream.Outgoing{Method: http.MethodGet, Path: path, Query: values, Harmless: true, Header: map[string]string{}}
	if p.Use.Header != "" {
		out.Header[p.Use.Header] = p.Use.Prefix + token
	} else {
		out.Query.Set(p.Use.Query, token)
	}
	reply, err := c.Ask(ctx, req, p.Spec().API(req.Account), out, redact)
	if err != nil {
		return err
	}
	d, reason := upstream.ReadDocument(reply.Body)
	r := p.Answer.ReadFrom(d)
	switch {
	case p.isDead(reply.Status, d):
		e := c.refused("", r, redact)
		e.Message, e.RetryAt, e.Err = "upstream no longer accepts this token: it ended, early or in its time; refresh it", time.Time{}, core.ErrDead
		return e
	case reason != "":
		return reply.Odd(reason)
	case reply.Status < http.StatusMultipleChoices && (r.OK || r.Code == "" || p.worked(d)):
		return nil
	}
	meaning := p.meaning(r.Code, reply.Status)
	if meaning == "" && reply.Status == http.StatusForbidden {
		meaning = "permission"
	}
	e := c.refused(meaning, r, redact)
	if meaning == "permission" {
		e.Err = core.ErrNotGranted
	}
	if e.Class == core.BadSecret { // this call does not use the secret
		e.Class, e.Remedy, e.Message = core.Temporary, core.RemedyTryAgain, "upstream refused the call without saying that the token is dead; try again, or see its console"
	}
	return e
}

// checks is Spec().Checks().
func (p Preset) checks() bool { return p.Check != "" && len(p.Dead) > 0 }

// worked reports whether an answer to a call has a code that means that it worked.
func (p Preset) worked(d upstream.Document) bool {
	return slices.ContainsFunc(p.Works, func(a kinds.Answer) bool {
		value, ok := d.At(upstream.Path(a.Field)).Text()
		return ok && slices.Contains(a.Values, value)
	})
}

// isDead reports whether an answer to a call means that its token is dead.
func (p Preset) isDead(status int, d upstream.Document) bool {
	for _, a := range p.Dead {
		if a.Status != 0 && a.Status != status {
			continue
		}
		if a.Field == "" {
			return true
		}
		if value, ok := d.At(upstream.Path(a.Field)).Text(); ok && slices.Contains(a.Values, value) {
			return true
		}
	}
	return false
}
