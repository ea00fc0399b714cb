package cli

import (
	"net/url"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/format"
)

// FuzzReference: a reference to a token is refused without a word of it, or names one
// account and one form, and is the same when it is written again.
func FuzzReference(f *testing.F) {
	for _, text := range []string{
		"shop", "shop/live", "shop/sandbox?format=header", "my%20shop/live", "%E5%8D%9A%E5%AE%A2?format=json", "🇨🇳/live", "a%2Fb", "a/b/c", "../live", "shop/LIVE", "shop?format=", "shop?format=header&format=raw",
		"shop?x=1", "shop?format=%zz", "", "/live", "shop/", "%00",
	} {
		f.Add(text)
	}
	a := &app{}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := a.parseReference(refScheme + text)
		if err != nil {
			if len(text) > 12 && strings.Contains(err.Error(), text) {
				t.Fatalf("%v repeats it", err)
			}
			return
		}
		if name, err := core.CleanName(r.ref.Name); err != nil || name != r.ref.Name || r.ref.Env != "" && !r.ref.Env.Valid() || r.format != "" && !format.Valid(r.format) {
			t.Fatalf("%q is %+v", text, r)
		}
		written := refScheme + url.PathEscape(r.ref.Name)
		if r.ref.Env != "" {
			written += "/" + string(r.ref.Env)
		}
		if r.format != "" {
			written += "?" + url.Values{"format": {r.format}}.Encode()
		}
		if again, err := a.parseReference(written); err != nil || again != r {
			t.Fatalf("%q is %+v and is written as %q, which is %+v (%v)", text, r, written, again, err)
		}
	})
}
