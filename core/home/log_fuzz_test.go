package home

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// FuzzRedacted: no credential gets into the log, whatever stands around it.
func FuzzRedacted(f *testing.F) {
	f.Add("GET /x?", "access_token=", "&a=b", "98_abcdefghijkl")
	f.Add(`{"errcode":0,`, `"secret": "`, `"}`, "0123456789abcdef")
	f.Add("", "PASSWORD = ", "", "correct-horse-battery")
	f.Fuzz(func(t *testing.T, before, label, after, secret string) {
		if len(secret) < 8 || strings.ContainsAny(secret, "&\" \t\n\r\v\f\u0085\u00a0") || strings.ToValidUTF8(secret, "") != secret {
			return // not what a credential looks like
		}
		for _, r := range secret {
			if r < '!' || r > '~' || r == '=' || r == ':' || r == '\\' {
				return
			}
		}
		switch label {
		case "access_token=", "PASSWORD = ", `"secret": "`, "appsecret:", "corpsecret=", "passphrase=":
		default:
			return
		}
		if strings.Contains(before, secret) || strings.Contains(after, secret) || strings.Contains(label, secret) {
			return
		}
		if after != "" && !strings.ContainsAny(after[:1], "&\" \t\n") {
			after = "&" + after
		}
		text := before + label + secret + after
		if strings.Contains(strconv.Quote(before), secret) || strings.Contains(strconv.Quote(after), secret) {
			return // the log writes it so where it escapes what is no text
		}
		var out bytes.Buffer
		log := NewLog(&out)
		log.Error("upstream said", "text", text)
		if strings.Contains(out.String(), secret) {
			t.Fatalf("%q is logged as %q", text, out.String())
		}
	})
}
