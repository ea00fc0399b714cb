package call

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// refusal is the meaning of an answer that is no success; nil for a success.
func (e *Engine) refusal(spec kinds.Spec, resp *http.Response, said told, redact upstream.Redactor) *core.Error {
	status := resp.StatusCode
	if !said.dead && said.code == 0 && status < 300 {
		return nil
	}
	words := redact.Clean(said.message)
	if said.code != 0 && status < 500 && !said.dead && e.cfg.Explain != nil {
		if known := e.cfg.Explain(spec.Kind, said.code, words); known != nil {
			known.Kind = spec.Kind
			return known
		}
	}
	out := &core.Error{Kind: spec.Kind, Class: core.Misuse, Remedy: core.RemedyCallRefused, Code: said.code, Upstream: words, RID: upstream.RID(words)}
	out.Message = "upstream refuses this call"
	if status >= 300 {
		out.Message += fmt.Sprintf(" (HTTP %d)", status)
	}
	switch {
	case said.dead:
		out.Remedy, out.Message = core.RemedyCallDead, core.SaysCallDead+"; check the account"
	case status == http.StatusTooManyRequests:
		out.Class, out.Remedy = core.Quota, core.RemedyQuotaMinute
	case status >= 500:
		out.Class, out.Remedy = core.Temporary, core.RemedyTryAgain
	case status >= 300 && status < 400:
		out.Class, out.Remedy, out.Message = core.Temporary, core.RemedyAnswer, fmt.Sprintf("upstream answered with a redirect (HTTP %d), which is not followed; check the path", status)
	default:
		out.Message += "; see what it says"
	}
	if wait, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && wait > 0 && wait < 24*3600 {
		out.RetryAt = e.cfg.Now().Round(0).Add(time.Duration(wait) * time.Second)
	}
	return out
}
