package agent

import (
	"testing"

	"tokentray/core"
)

// FuzzEntry: whatever a vault gives, an entry that can be read is written so that
// it reads the same; what is too long loses no secret and not for whom it is.
func FuzzEntry(f *testing.F) {
	f.Add([]byte(`{"secret":"s"}`))
	f.Add([]byte(`{"secret":"s","secret_host":"https://a.example","name":"shop","env":"live","params":{"agent":"1"}}`))
	f.Add([]byte(`{"proxy_password":"p","params":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, ok := decodeEntry(raw)
		if !ok {
			return
		}
		written, err := e.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, ok := decodeEntry(written)
		if !ok {
			t.Fatalf("%q is written as %q", raw, written)
		}
		if again.Secret != e.Secret || again.ProxyPassword != e.ProxyPassword || again.secretFor() != e.secretFor() || again.ProxyHost != e.ProxyHost {
			t.Fatalf("the secrets of %+v are %+v", e, again)
		}
		if whole, err := marshal(e); err == nil && len(whole) <= maxEntry && again != e {
			t.Fatalf("%+v came back as %+v", e, again)
		}
		if _, err := e.release(core.Destination{Host: e.SecretHost + ".evil", Via: e.SecretVia, Also: e.SecretAlso}); err == nil && e.SecretHost != "" {
			t.Fatalf("the AppSecret of %+v is given to another host", e)
		}
	})
}
