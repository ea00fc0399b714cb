package preset

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Trial is what a preset sent, and what it found in the answer. It shows no secret
// and no token.
type Trial struct {
	Method, URL string
	Headers     []kinds.Pair
	Body        string
	Status      int // of HTTP; 0: no answer
	Found       []Found
	Grant       core.Grant // the caller shows a mask of it
	Err         error      // why there is no token
}

// Found is what a path of the preset found. A token is shown as a mask.
type Found struct {
	Field string // token, expires, code or text
	Path  upstream.Path
	There bool
	Value string // as it can be shown
}

// Try makes a preset's request once and reports what each path found. It saves
// nothing.
func (a *Asker) Try(ctx context.Context, p Preset, req core.Request) Trial {
	s := source{Caller: a.caller, preset: p}
	base, redact := s.base(req.Account), redactor(req)
	t := p.shown(base, req)
	reply, err := a.caller.Ask(ctx, req, base, p.outgoing(req), redact)
	if err != nil {
		t.Err = err
		return t
	}
	t.Status = reply.Status
	d, _ := upstream.ReadDocument(reply.Body)
	t.Grant, t.Err = s.read(reply, redact)
	for _, f := range []struct {
		name string
		path upstream.Path
	}{{"token", p.Answer.Token}, {"expires", p.Answer.Life}, {"code", p.Answer.Code}, {"text", p.Answer.Text}} {
		if f.path == "" {
			continue
		}
		v := d.At(f.path)
		found := Found{Field: f.name, Path: f.path, There: v != nil}
		text, plain := v.Text()
		switch {
		case f.name == "token" && plain && text != "":
			found.Value = core.Mask(text)
		case plain:
			found.Value = append(upstream.Redactor{t.Grant.Value}, redact...).Clean(text)
		}
		t.Found = append(t.Found, found)
	}
	return t
}

// shown is the request with its secrets veiled.
func (p Preset) shown(base string, req core.Request) Trial {
	fill := strings.NewReplacer(holdID, req.Account.AppID, holdSecret, core.Hidden)
	t := Trial{Method: p.Request.Method, URL: strings.TrimSuffix(base, "/") + strings.ReplaceAll(p.Request.Path, holdID, url.PathEscape(req.Account.AppID))}
	for _, h := range p.Request.Headers {
		t.Headers = append(t.Headers, kinds.Pair{Name: h.Name, Value: fill.Replace(h.Value)})
	}
	var pairs []string
	for _, f := range p.Request.Fields {
		pairs = append(pairs, f.Name+"="+fill.Replace(f.Value))
	}
	switch {
	case p.Request.Encoding == Query:
		t.URL += "?" + strings.Join(pairs, "&")
	case p.Request.Encoding == Form:
		t.Headers = append(t.Headers, kinds.Pair{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
		t.Body = strings.Join(pairs, "&")
	default:
		t.Headers = append(t.Headers, kinds.Pair{Name: "Content-Type", Value: "application/json"})
		t.Body = p.jsonBody(fill)
	}
	return t
}

// jsonBody is a JSON object of the fields, in their order.
func (p Preset) jsonBody(fill *strings.Replacer) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, f := range p.Request.Fields {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(f.Name) // texts always marshal
		b.Write(append(slices.Clip(name), ':'))
		if f.Bare {
			b.WriteString(f.Value)
			continue
		}
		value, _ := json.Marshal(fill.Replace(f.Value))
		b.Write(value)
	}
	return b.String() + "}"
}
