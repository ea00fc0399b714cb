package text

import (
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// check says what a check of a token found, by core.Finding.
func check() table {
	return table{
		"check.works": {"The upstream accepts the token of {account} from here.", "上游接受本机使用 {account} 的 token。"},
		"check.replaced": {
			"The token of {account} is dead: somebody else replaced it {time}.",
			"{account} 的 token 已失效：{time}被他人重新获取所替换。",
		},
		"check.expired": {"The token of {account} has expired.", "{account} 的 token 已过期。"},
		"check.dead":    {"The upstream no longer accepts the token of {account}.", "上游不再接受 {account} 的 token。"},
		"check.not_from_here": {
			"The upstream refuses calls from this machine; the token of {account} may be fine elsewhere.",
			"上游拒绝来自本机的调用；{account} 的 token 在别处可能仍然有效。",
		},
		"check.no_permission": {
			"The upstream does not let {account} make the call that checks; that says nothing against the token.",
			"上游未向 {account} 开放用于检查的接口，这并不表示 token 失效。",
		},
		"check.unknown": {"Whether the upstream accepts the token of {account} is not known.", "无法确认上游是否接受 {account} 的 token。"},

		"check.short.works":         {"works", "有效"},
		"check.short.replaced":      {"replaced by somebody else {time}", "{time}被他人替换"},
		"check.short.expired":       {"expired", "已过期"},
		"check.short.dead":          {"no longer accepted", "上游不再接受"},
		"check.short.not_from_here": {"this machine is refused; may be fine elsewhere", "本机被拒绝，在别处可能有效"},
		"check.short.no_permission": {"the call that checks is not allowed", "未开放用于检查的接口"},
		"check.short.unknown":       {"not known", "未知"},

		"check.row.replaced": {"replaced by somebody else, {time}", "{time} 被他人替换"},
		"check.row.dead":     {"died early, {time}", "{time} 提前失效"},

		"check.about":   {"at about {time}", "约在 {time} 时"},
		"check.between": {"between {from} and {time}", "在 {from} 至 {time} 之间"},
	}
}

// nearly: two times at most this far apart are shown as one.
const nearly = 10 * time.Minute

// Check says what a check of an account's token found.
func (t *Text) Check(r api.CheckResult, account string, now time.Time) string {
	return t.Say(t.finding("check.", r), "account", account, "time", t.replaced(r, now))
}

// CheckShort says the same in a few words.
func (t *Text) CheckShort(r api.CheckResult, now time.Time) string {
	return t.Say(t.finding("check.short.", r), "time", t.replaced(r, now))
}

// CheckRow says in a few words that a token died before its time. It is empty for any
// other finding.
func (t *Text) CheckRow(r *api.CheckResult, now time.Time) string {
	if r == nil || !t.Has(Key("check.row."+string(r.Finding))) {
		return ""
	}
	return t.Say(Key("check.row."+string(r.Finding)), "time", clockOf(r.At, now))
}

func (t *Text) finding(prefix string, r api.CheckResult) Key {
	if key := Key(prefix + string(r.Finding)); t.Has(key) {
		return key
	}
	switch { // from an agent of another version
	case r.Accepted:
		return Key(prefix + string(core.FoundWorks))
	case r.Dead:
		return Key(prefix + string(core.FoundDead))
	}
	return Key(prefix + string(core.FoundNothing))
}

// replaced says when a token was replaced: between the last time it worked and the
// time it was found dead.
func (t *Text) replaced(r api.CheckResult, now time.Time) string {
	if r.WorkedAt.IsZero() || r.At.Sub(r.WorkedAt) <= nearly {
		return t.Say("check.about", "time", clockOf(r.At, now))
	}
	return t.Say("check.between", "from", clockOf(r.WorkedAt, now), "time", clockOf(r.At, now))
}

// clockOf is a local time to the minute. It has a date if that is not today's.
func clockOf(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("01-02 15:04")
}
