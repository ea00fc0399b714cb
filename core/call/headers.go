package call

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"tokentray/core"
	"tokentray/core/kinds"
)

// withheld reports whether a header of a caller does not reach the upstream: those of one hop,
// the caller's own credentials and tracks, those that make a server take the call for
// another one, and those that would cut the answer into parts, between which a token
// could slip through the mask.
func withheld(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "Content-Length", "Host",
		"Authorization", "Cookie", "Origin", "Referer", "Forwarded", "Via", "X-Real-Ip",
		"X-Http-Method", "X-Http-Method-Override", "X-Method-Override", "X-Original-Url", "X-Original-Uri", "X-Rewrite-Url",
		"Range", "If-Range", "Accept-Encoding":
		return true
	}
	for _, begin := range [...]string{"Sec-", "X-Forwarded-", "Access-Control-", "Tokentray-", "Proxy-"} {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	return false
}

// passed are the headers of an answer that reach the caller.
func passed() []string {
	return []string{
		"Content-Type", "Content-Disposition", "Content-Language", "Retry-After",
		"Rid", "X-Rid", "X-Openapi-Seqid", "X-Request-Id", "Request-Id", "X-Trace-Id", "Trace-Id", "X-Tt-Logid", "X-Acs-Request-Id", "X-Acs-Trace-Id", "X-Ms-Request-Id",
	}
}

// guards are in every answer, whatever the upstream sends: a browser must not store
// the answer, guess its type or run it.
func guards(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
}

// outgoing are the headers of a call as sent to the upstream, without the token. It
// refuses a header with a token of its own, and one that cannot be sent.
func outgoing(spec kinds.Spec, given http.Header) (http.Header, error) {
	out, size := http.Header{}, 0
	for name, values := range given {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, errHeader("has a header with a name that no header can have; correct it")
		}
		name = http.CanonicalHeaderKey(name)
		kept := withheld(name)
		if spec.Token.Header != "" && strings.EqualFold(name, spec.Token.Header) && !kept {
			return nil, errOwnToken()
		}
		if kept || slices.ContainsFunc(given["Connection"], func(list string) bool { return listed(list, name) }) {
			continue
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return nil, errHeader("has a header with a line end or another control character in it; correct it")
			}
			size += len(name) + len(v)
			out.Add(name, v)
		}
	}
	if size > maxHeader {
		return nil, errHeader("has headers of more than 32 KiB; shorten them")
	}
	if out.Get("User-Agent") == "" {
		out.Set("User-Agent", "TokenTray")
	}
	out.Set("Accept-Encoding", "identity") // a compressed answer could not be searched
	return out, nil
}

// listed reports whether a comma-separated list contains a header.
func listed(list, name string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if http.CanonicalHeaderKey(strings.TrimSpace(one)) == name {
			return true
		}
	}
	return false
}

func errHeader(why string) *core.Error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyCallHeader, Message: "the call " + why}
}

// incoming are the headers of an answer for the caller.
func incoming(from http.Header, mask *Mask) http.Header {
	out := http.Header{}
	for _, name := range passed() {
		for _, v := range from[name] {
			out.Add(name, mask.Text(v))
		}
	}
	guards(out)
	return out
}
