package diagnose

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"tokentray/core"
)

// found is what a text says about a failure.
type found struct {
	code    string // empty: none
	field   string // the name that the code had in JSON, or empty
	inner   string // a code inside that one, which says more; empty: none
	message string // the message; in texts other than JSON everything that follows
	bare    bool   // the text was only the code
}

// The names of codes and messages, the surest first.
var (
	codeNames    = []string{"errcode", "err_no", "error_code", "errorcode", "sub_error", "err_code", "code", "error", "ret", "result"}
	messageNames = []string{"errmsg", "err_tips", "description", "error_description", "errormsg", "error_msg", "msg", "message"}
)

const maxObjects = 32

// innerName is how the field of an inner code is called.
const innerName = "sub_code"

// innerForm is an inner code in a message: subcode=40014.
var innerForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bsub[_-]?code["']?\s*[=:]\s*["']?([A-Za-z0-9._-]{1,64})`)
})

// within is what the text says by its inner code; its code is empty if it has none.
func (f found) within() found {
	if f.inner == "" {
		if at := innerForm().FindStringSubmatch(f.message); at != nil {
			f.inner = at[1]
		}
	}
	if !core.IsUpstreamCode(f.inner) || strings.Trim(f.inner, "-0") == "" {
		return found{}
	}
	return found{code: f.inner, field: innerName, message: f.message}
}

// spokenForms are codes in texts other than JSON, the surest first. They are
// compiled when first needed: most processes never need them.
var spokenForms = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		// spoken is a code in a line of a log or in the text of an exception: errcode=40001,
		// Error code: 40001, 错误代码：40001, ClientError { Code: 40001, …
		regexp.MustCompile(`(?i)(?:err(?:or)?[ _-]?(?:code|no)|错误代码|错误码|返回码|\b(?:sub[_-]?)?code|\bret)["'\]]?\s*(?:is|[:=：(,]|=>)?\s*["']?(-?\d{1,9})\b`),
		// named is a code behind the name of an exception: WeChatClientException(40001, …
		regexp.MustCompile(`(?:Exception|Error)\w*\s*[(:]\s*\[?(-?\d{5,9})\b`),
		// leading is a code before its words: 40001: invalid credential
		regexp.MustCompile(`(?m)(?:^|[\s\[(])(-?\d{5,7})[\])]?\s*[:,-]?\s+[A-Za-z]`),
		// oauthWord is an error of RFC 6749 or 6750 in running text.
		regexp.MustCompile(`\b(invalid_client|invalid_grant|invalid_request|invalid_scope|invalid_target|invalid_token|unauthorized_client|unsupported_grant_type|access_denied|temporarily_unavailable|server_error|slow_down)\b`),
	}
})

// read finds the code in a text.
func read(text string) found {
	text = strings.TrimSpace(text)
	if core.IsUpstreamCode(text) {
		return found{code: text, bare: true}
	}
	if f, ok := readJSON(text); ok {
		return f
	}
	for _, form := range spokenForms() {
		for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
			if code := text[at[2]:at[3]]; strings.Trim(code, "-0") != "" {
				return found{code: code, message: text[at[3]:]}
			}
		}
	}
	return found{}
}

// readJSON finds a code in the JSON objects of a text: the one with the surest name.
func readJSON(text string) (found, bool) {
	var best found
	rank := len(codeNames)
	raw := []byte(text)
	for range maxObjects {
		at := bytes.IndexByte(raw, '{')
		if at < 0 {
			break
		}
		raw = raw[at:]
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		var object map[string]any
		if dec.Decode(&object) != nil {
			raw = raw[1:]
			continue
		}
		raw = raw[dec.InputOffset():]
		walk(object, func(o map[string]any) {
			if f, r := ofObject(o); r < rank {
				best, rank = f, r
			}
		})
	}
	return best, rank < len(codeNames)
}

// walk calls do for an object and for the objects in it, including those that are
// JSON text in one of its fields, as in logs.
func walk(object map[string]any, do func(map[string]any)) {
	do(object)
	for _, v := range object {
		switch v := v.(type) {
		case map[string]any:
			walk(v, do)
		case string:
			if f, ok := inText(v); ok {
				do(f)
			}
		}
	}
}

func inText(s string) (map[string]any, bool) {
	at := strings.IndexByte(s, '{')
	if at < 0 {
		return nil, false
	}
	dec := json.NewDecoder(strings.NewReader(s[at:]))
	dec.UseNumber()
	var object map[string]any
	return object, dec.Decode(&object) == nil
}

// ofObject is the code of an object, and how sure its name is.
func ofObject(o map[string]any) (found, int) {
	lower := map[string]any{}
	for name, v := range o {
		lower[strings.ToLower(name)] = v
	}
	for rank, name := range codeNames {
		code := scalar(lower[name])
		if name == "error" && number(code) == 0 && number(scalar(lower["result"])) > 1 {
			continue // Kuaishou's number beside its word says more
		}
		if strings.Trim(code, "-0") == "" || !core.IsUpstreamCode(code) || strings.EqualFold(code, "ok") || strings.EqualFold(code, "success") {
			continue
		}
		f := found{code: code, field: name, inner: cmp.Or(scalar(lower[innerName]), scalar(lower["subcode"]))}
		for _, name := range messageNames {
			if said := scalar(lower[name]); said != "" {
				f.message = said
				break
			}
		}
		return f, rank
	}
	return found{}, len(codeNames)
}

func scalar(v any) string {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case string:
		return v
	}
	return ""
}
