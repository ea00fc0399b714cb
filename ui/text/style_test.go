package text

import (
	"regexp"
	"strings"
	"testing"
)

// TestOneWordForOneThing: the same thing has the same name everywhere, and names of
// an upstream are spelled as the upstream spells them.
func TestOneWordForOneThing(t *testing.T) {
	for _, table := range tables() {
		for key, p := range table {
			for wrong, right := range map[string]string{
				"AppId": "AppID", "App ID": "AppID", "App Secret": "AppSecret", "err code": "errcode", "access-token": "access token",
			} {
				if strings.Contains(p[English], wrong) || strings.Contains(p[Chinese], wrong) {
					t.Errorf("%s: %q is written %s", key, wrong, right)
				}
			}
			// 代理 is a proxy, so the agent has another name.
			for wrong, right := range map[string]string{
				"代理进程": "守护进程", "后台进程": "守护进程", "令牌": "token", "帐号": "账号", "帐户": "账号", "账户": "账号", "登陆": "登录",
				"密匙": "密钥", "刷新令牌": "刷新", "钥匙串": "密钥环", "金库": "保险库", "剪切板": "剪贴板", "粘贴板": "剪贴板", "前一个": "上一个",
			} {
				if strings.Contains(p[Chinese], wrong) {
					t.Errorf("%s: %s is called %s here", key, wrong, right)
				}
			}
		}
	}
}

// TestChineseTypography: a space separates Chinese text from Latin letters and
// figures, and there is none before Chinese punctuation. Punctuation between Chinese
// words is Chinese. A text that is a sentence in one language is one in the other.
func TestChineseTypography(t *testing.T) {
	var (
		tight   = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9%]\p{Han}`)
		foreign = regexp.MustCompile(`\p{Han}[,;!?]|\p{Han}:(\p{Han}| )`)
		loose   = regexp.MustCompile(`[^\n ] +[，。；：？！）」]`)
	)
	for _, table := range tables() {
		for key, p := range table {
			zh := p[Chinese]
			// A path through a console is written as the console writes it. Host and
			// port of a URL are no sentence.
			if key != "where.wechat.mini" {
				if found := tight.FindString(zh); found != "" {
					t.Errorf("%s: no blank in %q of %q", key, found, zh)
				}
			}
			if found := foreign.FindString(strings.ReplaceAll(zh, "主机:端口", "")); found != "" {
				t.Errorf("%s: Western punctuation in %q of %q", key, found, zh)
			}
			if found := loose.FindString(zh); found != "" {
				t.Errorf("%s: a blank before punctuation in %q of %q", key, found, zh)
			}
			if strings.HasSuffix(p[English], ".") != strings.HasSuffix(zh, "。") {
				t.Errorf("%s is a sentence in one language alone: %q, %q", key, p[English], zh)
			}
		}
	}
}

// TestPlurals: a sentence with a count is only used for two or more, and another
// sentence says one. Or the sentence is worded so that any number fits.
func TestPlurals(t *testing.T) {
	all := table{}
	for _, table := range tables() {
		for key, p := range table {
			all[key] = p
		}
	}
	counted := regexp.MustCompile(`\{(n|count)\} [a-z]+s\b`)
	for key, p := range all {
		if !counted.MatchString(p[English]) {
			continue
		}
		one, ok := strings.CutSuffix(string(key), "many")
		if _, has := all[Key(one+"one")]; !ok || !has {
			t.Errorf("%s has no form for one: %q", key, p[English])
		}
	}
}
