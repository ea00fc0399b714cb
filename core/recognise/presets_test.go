package recognise_test

import (
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/recognise"
)

// Presets have no form of an ID, so that a name with their brand tells one, or else how
// an ID begins.
func TestPresetsAreToldByTheirBrand(t *testing.T) {
	r := recognise.New(recognise.Of(preset.With(kinds.Builtin()))...)
	for _, tt := range []struct {
		id, secret, value string
		want              core.Kind
	}{
		{"FEISHU_APP_ID", "FEISHU_APP_SECRET", "cli_a0123456789abcdef", "feishu"},
		{"shop.lark.app-id", "shop.lark.app-secret", "cli_a0123456789abcdef", "lark"},
		{"DINGTALK_APP_KEY", "DINGTALK_APP_SECRET", "dingabc", "dingtalk"},
		{"DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET", "dingabc", "dingtalk"},
		{"DOUYIN_CLIENT_KEY", "DOUYIN_CLIENT_SECRET", "awabc", "douyin"},
		{"TOUTIAO_APPID", "TOUTIAO_SECRET", "ttabc", "douyin-mini"},
		{"DOUYIN_APPID", "DOUYIN_SECRET", "tt0123456789abcdef01", "douyin-mini"},
		{"DOUYIN_MINI_APP_ID", "DOUYIN_MINI_APP_SECRET", "tt0123456789abcdef01", "douyin-mini"},
		{"DOUYIN-MINI_APPID", "DOUYIN-MINI_SECRET", "tt0123456789abcdef01", "douyin-mini"},
		{"douyinMini.clientKey", "douyinMini.clientSecret", "aw0123456789abcd", "douyin"},
		{"DOUYINMINI_APPID", "DOUYINMINI_SECRET", "tt0123456789abcdef01", "douyin-mini"},
		{"huawei-push.app.id", "huawei-push.app.secret", "100000001", "huawei"},
		{"HUAWEIPUSH_APP_ID", "HUAWEIPUSH_APP_SECRET", "100000001", "huawei"},
		{"QYWX_CORPID", "QYWX_SECRET", "ww1", "wecom"},
		{"WECHAT_WORK_CORP_ID", "WECHAT_WORK_SECRET", "ww1", "wecom"},
		{"QQ_MINI_APPID", "QQ_MINI_SECRET", "1109999999", "qq"},
		{"MINI_APPID", "MINI_SECRET", "wx0123456789abcdef", ""},
		{"QQ_APPID", "QQ_SECRET", "1109999999", "qq"},
		{"BAIDU_API_KEY", "BAIDU_SECRET_KEY", "abcABC", "baidu"},
		{"HUAWEI_CLIENT_ID", "HUAWEI_CLIENT_SECRET", "100000001", "huawei"},
		{"KUAISHOU_APP_ID", "KUAISHOU_APP_SECRET", "ks123", "kuaishou"},
		{"APP_ID", "APP_SECRET", "cli_a1b2c3d4e5f6g7h8", "feishu"},
		{"APP_KEY", "APP_SECRET", "dingabcdefghijklmnop", "dingtalk"},
		{"LARK_APP_ID", "LARK_APP_SECRET", "cli_a1b2c3d4e5f6g7h8", "lark"},
		{"WECHAT_APPID", "WECHAT_SECRET", "wx0123456789abcdef", ""},
		{"APP_ID", "APP_SECRET", "wx0123456789abcdef", ""},
	} {
		found, _ := r.Accounts([]recognise.Variable{{Name: tt.id, Value: tt.value, Line: 1}, {Name: tt.secret, Value: "s3cr3t-of-it", Line: 2}}, recognise.Named{})
		if len(found.Accounts) != 1 || found.Accounts[0].Kind != tt.want || found.Accounts[0].AppID != tt.value || found.Accounts[0].Secret.Reveal() != "s3cr3t-of-it" {
			t.Errorf("%s: %+v", tt.id, found)
		}
	}
	// A mini program of a platform that is no kind is not WeChat's.
	for _, name := range []string{"ALIPAY_MINI_APP_ID", "MINI_APP_ID", "TIKTOK_MINIAPP_ID", "XHS_MINIPROGRAM_APPID", "ALIPAYMINI_APPID", "tiktokMini.appId"} {
		found, _ := r.Accounts([]recognise.Variable{{Name: name, Value: "2021000000000000", Line: 1}}, recognise.Named{})
		if len(found.Accounts) > 0 || len(found.Remarks) != 1 || found.Remarks[0].Code != recognise.RemarkOther {
			t.Errorf("%s: %+v", name, found)
		}
	}
	// Feishu and Lark are told apart by what else the file says.
	found, _ := r.Accounts([]recognise.Variable{
		{Name: "APP_ID", Value: "cli_a1b2c3d4e5f6g7h8", Line: 1},
		{Name: "API_HOST", Value: "https://open.larksuite.com", Line: 2},
	}, recognise.Named{})
	if len(found.Accounts) != 1 || found.Accounts[0].Kind != "lark" {
		t.Errorf("beside Lark's host: %+v", found)
	}
	for word, want := range map[string]core.Kind{"抖音小程序": "douyin-mini", "抖音": "douyin", "华为推送": "huawei", "企业微信应用": "wecom", "微信小程序": kinds.WeChat, "wechat-old": "", "feishu2": ""} {
		if got := r.KindOf(word); got != want {
			t.Errorf("%s is of kind %q, want %q", word, got, want)
		}
	}
	for _, name := range []string{"APP_KEY", "OPENAI_API_KEY", "GOOGLE_CLIENT_ID", "CLIENT_KEY", "AWS_SECRET_KEY"} {
		if found, _ := r.Accounts([]recognise.Variable{{Name: name, Value: "abc", Line: 1}}, recognise.Named{}); len(found.Accounts)+len(found.Remarks) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
