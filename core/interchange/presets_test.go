package interchange_test

import (
	"slices"
	"testing"

	"tokentray/core/interchange"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/recognise"
)

// TestWordsInOnePartOfAPath: a part of a path may hold several words, in any spelling.
// They tell the kind, the product and another platform's as words apart do.
func TestWordsInOnePartOfAPath(t *testing.T) {
	const (
		wx     = "wx0123456789abcdef"
		tt     = "tt0123456789abcdef01"
		secret = "a0a0a0a0b1b1b1b1c2c2c2c2d3d3d3d3"
	)
	r := recognise.New(recognise.Of(preset.With(kinds.Builtin()))...)
	for _, c := range []struct {
		file, text string
		want       []string // name, kind, product and ID; or the code of a remark or a fault
	}{
		{"a.yml", "DOUYIN-MINI_APPID: " + tt + "\nDOUYIN-MINI_SECRET: " + secret, []string{"douyin-mini douyin-mini  " + tt}},
		{"b.yml", "douyin-mini:\n  appid: " + tt + "\n  secret: " + secret, []string{"douyin-mini douyin-mini  " + tt}},
		{"a.properties", "douyin-mini.app-id=" + tt + "\ndouyin-mini.app-secret=" + secret, []string{"douyin-mini douyin-mini  " + tt}},
		{"a.json", `{"douyinMini":{"clientKey":"aw0123456789abcd","clientSecret":"` + secret + `"}}`, []string{"douyinMini douyin  aw0123456789abcd"}},
		{"b.properties", "huawei-push.app.id=100000001\nhuawei-push.app.secret=" + secret, []string{"huawei-push huawei  100000001"}},
		{"c.yml", "huawei-push:\n  app:\n    id: 100000001\n    secret: " + secret, []string{"huawei-push huawei  100000001"}},
		{"b.json", `{"HuaweiPush":{"ClientId":"100000001","ClientSecret":"` + secret + `"}}`, []string{"HuaweiPush huawei  100000001"}},
		{"c.json", `{"kuaishouMini":{"appId":"ks0123456789","appSecret":"` + secret + `"}}`, []string{"kuaishouMini kuaishou  ks0123456789"}},
		{"d.yml", "official_account:\n  app_id: " + wx + "\n  secret: " + secret, []string{"official_account  official " + wx}},
		{"e.yml", "wechat:\n  app:\n    id: " + wx + "\n    secret: " + secret, []string{"wechat   " + wx}},
		{"f.yml", "env:\n  - DOUYIN-MINI.APPID=" + tt + "\n  - DOUYIN-MINI.SECRET=" + secret, []string{"douyin-mini douyin-mini  " + tt}},
		{"g.yml", "wechat_pay:\n  appid: " + wx + "\n  secret: " + secret, []string{"other_app"}},
		{"h.yml", "wx_open:\n  appid: " + wx + "\n  secret: " + secret, []string{"component"}},
		{"d.json", `{"alipayMini":{"appId":"2021000000000000","appSecret":"` + secret + `"}}`, []string{"other_app"}},
		{"a.csv", "name,kind,appid,secret\na,抖音小程序," + tt + "," + secret, []string{"a douyin-mini  " + tt}},
	} {
		var got []string
		f, err := interchange.Read([]byte(c.text), interchange.Options{FileName: c.file, Recogniser: r})
		for _, a := range f.Accounts {
			got = append(got, a.Name+" "+string(a.Kind)+" "+string(a.Product)+" "+a.AppID)
			if len(a.Secret.Reveal()) != len(secret) {
				t.Errorf("%s: without its secret", c.file)
			}
		}
		if bad, ok := err.(interchange.Faults); ok {
			got = append(got, bad[0].Code)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.file, got, c.want)
		}
	}
}
