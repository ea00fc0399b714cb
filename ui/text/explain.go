package text

import (
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
)

// explanations explains an answer with an error that a person saw.
func explanations() table {
	return table{
		"cause.token_dead":  {"The call's token was dead: its time was over, or somebody fetched a newer one.", "调用所用的 token 已失效：已过期，或有人获取了更新的 token。"},
		"remedy.token_dead": {"Take the current token: tokentray refresh {account}. If it dies early again and again, another program fetches its own: let all take it from TokenTray.", "请取用当前的 token：tokentray refresh {account}。若反复提前失效，说明有其他程序在自行获取：请让它们都从 TokenTray 取用。"},
		"cause.no_code":     {"No code of a failed answer was found in this.", "没有在其中找到失败应答的错误码。"},
		"remedy.no_code":    {"Give the whole answer, the line of the log or the text of the exception; or the code alone.", "请提供完整的应答、日志行或异常信息，或只提供错误码。"},

		"window.remedy.token_dead": {"Take the current token. If it dies early again and again, another program fetches its own: let all take it from TokenTray.", "请取用当前的 token。若反复提前失效，说明有其他程序在自行获取：请让它们都从 TokenTray 取用。"},
		"window.remedy.no_code":    {"Paste the whole answer, the line of the log or the text of the exception.", "请粘贴完整的应答、日志行或异常信息。"},

		"cmd.explain": {"Say what a failed answer means and what to do", "解释失败应答的含义和处理办法"},
		"cmd.explain.long": {
			"Say what a failed answer of an upstream means and what to do about it. Nobody is asked.\n\n" +
				"Pipe the answer in, or run it at a terminal and paste it, which is not shown: JSON, a\nline of a log or the text of an SDK's exception. With --clipboard it is read from the\nclipboard. Only a bare code may be an argument, for answers can hold tokens. Put -- before\na code that begins with a dash. Tokens and secrets in the text are never shown.",
			"解释上游失败应答的含义和处理办法，不会联系任何服务。\n\n" +
				"可通过管道输入应答，或在终端中运行后粘贴（不回显）：JSON、日志行或 SDK 的异常信息均可。\n使用 --clipboard 时从剪贴板读取。应答可能含有 token，因此参数只接受错误码；以短横线开头的\n错误码前请加 --。文本中的 token 和密钥不会显示。",
		},
		"flag.explain_clipboard": {"read the answer from the clipboard", "从剪贴板读取应答"},
		"flag.explain_kind":      {"whose upstream said it; otherwise the text tells", "应答来自哪个类型的上游；默认由文本判断"},
		"ask.answer":             {"Answer, line of a log or code", "应答、日志行或错误码"},
		"usage.explain":          {"an argument must be a bare code, since answers can hold tokens; pipe the answer in: tokentray explain < answer.json", "参数只能是错误码（应答可能含有 token）；请通过管道输入：tokentray explain < answer.json"},
		"usage.explain_kind":     {"there is no kind of this name", "没有这个类型"},

		"explain.refused":    {"the call was refused", "调用被拒绝"},
		"explain.several":    {"This code can mean several things:", "此错误码有多种含义："},
		"explain.title_of":   {"{about} ({kind})", "{about}（{kind}）"},
		"explain.dead":       {"the token was dead", "token 已失效"},
		"explain.console_of": {"Console of {product}: {url}", "{product}的后台：{url}"},
		"explain.console":    {"Console: {url}", "后台：{url}"},
		"explain.title":      {"What this answer means", "此应答的含义"},
	}
}

// Meaning is one possible meaning of an answer with an error, in words.
type Meaning struct {
	Title  string // the kind, and the subject
	Cause  string
	Remedy string   // may be empty
	Pages  []Page   // of the upstream's documentation or console
	Facts  []string // errcode, rid, IP
}

// Page is a page of an upstream: a line that says what it is for, that line's key, and
// its URL.
type Page struct {
	Name      Key
	Line, URL string
}

// Meaning says in words what an explanation means. remedy is what can be done, in the
// words of the caller.
func (t *Text) Meaning(e *api.Error, remedy string) Meaning {
	title := t.ShortOf(e)
	switch {
	case e.Remedy == core.RemedyTokenDead:
		title = t.Say("explain.dead")
	case e.Remedy == core.RemedyUnknownCode, title == "":
		title = t.Say("explain.refused")
	}
	m := Meaning{Title: title, Cause: t.Cause(e, ""), Remedy: remedy, Facts: t.Details(e)}
	if e.Kind == "" {
		return m
	}
	m.Title = t.Say("explain.title_of", "about", m.Title, "kind", t.KindChoice(e.Kind))
	spec := t.Spec(e.Kind)
	var seen []string
	add := func(name Key, url string, args ...any) {
		if strings.HasPrefix(url, "https://") && !slices.Contains(seen, url) {
			seen = append(seen, url)
			m.Pages = append(m.Pages, Page{name, t.Say(name, append(args, "url", url)...), url})
		}
	}
	if e.Class != core.Temporary && e.Remedy != core.RemedyUnknownCode {
		for _, p := range spec.Products {
			add("explain.console_of", p.Console, "product", t.Product(e.Kind, p.Product))
		}
		add("explain.console", spec.ConsoleURL)
	}
	if e.RID != "" {
		add("page.rid", spec.Diagnosis)
	}
	if e.UpstreamCode != 0 {
		add("page.code", spec.CodePageOf(core.Account{Kind: e.Kind}, e.UpstreamCode))
	}
	return m
}
