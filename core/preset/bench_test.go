package preset_test

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/preset"
)

// BenchmarkAnswer reads an answer of 2 KB, most of which is the token, which must stay
// under 50 µs; whole is a fetch, from the account to the grant.
func BenchmarkAnswer(b *testing.B) {
	var feishu preset.Preset
	for _, p := range preset.Shipped() {
		if p.Kind == "feishu" {
			feishu = p
		}
	}
	body := []byte(`{"code":0,"msg":"ok","tenant_access_token":"t-` + strings.Repeat("aZ09-_.x", 230) + `","expire":7200,"pad":"` + strings.Repeat("飞", 30) + `"}`)
	source := asker(canned{200, body}).Source(feishu)
	req := request(feishu.Kind, secret)
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if r, reason := feishu.Answer.Read(body); reason != "" || !r.OK {
				b.Fatal(reason)
			}
		}
		if took := b.Elapsed() / time.Duration(b.N); took > 50*time.Microsecond {
			b.Errorf("an answer takes %v, want at most 50µs", took)
		}
	})
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := source.Fetch(b.Context(), req); err != nil {
				b.Fatal(core.AsError(err))
			}
		}
	})
}
