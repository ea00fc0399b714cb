package wechat

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"tokentray/core"
	"tokentray/core/upstream"
)

const (
	pathUsage = "/cgi-bin/openapi/quota/get"
	pathReset = "/cgi-bin/clear_quota/v2"
)

var (
	_ core.Meter    = stable{}
	_ core.Resetter = stable{}
	_ core.Meter    = legacy{}
	_ core.Resetter = legacy{}
)

// Usage asks how much of the daily quota of an API path is used. The limits differ
// by account and change, so they are reported as upstream reports them.
func (c *caller) Usage(ctx context.Context, req core.Request, token, path string) (core.Usage, error) {
	body, _ := json.Marshal(struct { // a text always marshals
		Path string `json:"cgi_path"`
	}{path})
	// This call does not use the secret, which may be missing from req.
	redact := upstream.Redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	r, err := c.Ask(ctx, req, c.spec.API(req.Account), upstream.Outgoing{
		Method: http.MethodPost, Path: pathUsage, Query: url.Values{"access_token": {token}}, Body: body, Harmless: true,
	}, redact)
	if err != nil {
		return core.Usage{}, err
	}
	a, reason := upstream.Decode(r.Body)
	switch {
	case reason != "":
		return core.Usage{}, r.Odd(reason)
	case a.Code == 76003 || a.Code == 76021 || a.Code == 76022:
		return core.Usage{}, c.refused(upstream.Rule{
			Class: core.Misuse, Remedy: core.RemedyUsagePath,
			Message: "WeChat tells no quota of this path to the account; name the path of an API that it has, as /cgi-bin/message/custom/send",
		}, a, redact)
	case a.Code == 48001:
		return core.Usage{}, c.notGranted(a, redact)
	case a.Code != 0:
		return core.Usage{}, c.refusedCheck(a, redact)
	}
	return usageOf(r)
}

// usageOf reads the quota from an answer. The rate limit is left out if upstream
// leaves it out.
func usageOf(r upstream.Reply) (core.Usage, error) {
	doc, reason := upstream.ReadDocument(r.Body)
	if reason != "" {
		return core.Usage{}, r.Odd(reason)
	}
	number := func(p upstream.Path) (int, bool) {
		text, _ := doc.At(p).Text()
		n, err := strconv.Atoi(text)
		return n, err == nil && n >= 0
	}
	var u core.Usage
	var limit, used, left bool
	u.Limit, limit = number("quota.daily_limit")
	u.Used, used = number("quota.used")
	u.Left, left = number("quota.remain")
	if !limit || !used || !left {
		return core.Usage{}, r.Odd("no quota in numbers")
	}
	calls, told := number("rate_limit.call_count")
	if seconds, ok := number("rate_limit.refresh_second"); ok && told && calls > 0 && seconds > 0 {
		u.RateCalls, u.RateSeconds = calls, seconds
	}
	return u, nil
}

// ResetQuota resets the counters of the day, by AppID and AppSecret: it works when
// no token can be had any more. They go in the body, as the documentation's table
// says, and never in the URL.
func (c *caller) ResetQuota(ctx context.Context, req core.Request) error {
	body, _ := json.Marshal(struct { // texts always marshal
		AppID  string `json:"appid"`
		Secret string `json:"appsecret"`
	}{req.Account.AppID, req.Credentials.Secret.Reveal()})
	redact := upstream.Redactor{req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := c.Call(ctx, req, c.spec.Base(req.Account), upstream.Outgoing{Method: http.MethodPost, Path: pathReset, Body: body}, redact)
	switch {
	case err != nil:
		return err
	case a.Code == 48006:
		return c.refused(upstream.Rule{
			Class: core.Quota, Remedy: core.RemedyResets,
			Message: "this month's resets of the account are used up; wait for the next day, or the next month",
		}, a, redact)
	case a.Code != 0:
		return c.refusedFetch(a, redact, false)
	case !a.HasCode:
		return upstream.OddAnswer("no errcode")
	}
	return nil
}
