package text

import (
	"strings"
	"time"

	"tokentray/core"
)

// Claims lists what a token that is a JWT says about itself, below a line that says
// that nobody verified it. when formats a time. For nil it returns nothing.
func (t *Text) Claims(c *core.Claims, when func(time.Time) string) []Fact {
	if c == nil {
		return nil
	}
	out := []Fact{{"claims.title", t.Say("claims.unverified")}}
	add := func(key Key, value string) {
		if value != "" {
			out = append(out, Fact{key, value})
		}
	}
	date := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return when(at)
	}
	add("claims.iss", c.Issuer)
	add("claims.sub", c.Subject)
	add("claims.client", c.Client)
	add("claims.aud", strings.Join(c.Audience, " "))
	add("claims.scope", strings.Join(c.Scope, " "))
	add("claims.iat", date(c.IssuedAt))
	add("claims.exp", date(c.Expires))
	return out
}

// claims are the sentences of Claims. The claims keep the names that the JWT standard
// gives them.
func claims() table {
	return table{
		"claims.title":      {"JWT", "JWT"},
		"claims.unverified": {"decoded, not verified", "已解码，未验证签名"},
		"claims.iss":        {"issuer (iss)", "签发者 (iss)"},
		"claims.sub":        {"subject (sub)", "主体 (sub)"},
		"claims.client":     {"client", "客户端"},
		"claims.aud":        {"audience (aud)", "受众 (aud)"},
		"claims.scope":      {"scope, roles", "scope、角色"},
		"claims.iat":        {"issued (iat)", "签发于 (iat)"},
		"claims.exp":        {"ends (exp)", "到期 (exp)"},
	}
}
