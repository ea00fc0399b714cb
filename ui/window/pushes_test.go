package window

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
)

// pushed is an account whose tokens go to three places, of which one failed.
func pushed() api.Account {
	a := sample("shop", core.Live, noon, time.Hour, 2*time.Hour)
	a.Pushes = []api.Push{
		{Number: 1, Kind: core.PushFile, Target: "/srv/shop/token.json", Last: &api.PushResult{At: noon.Add(-time.Hour)}},
		{Number: 3, Kind: core.PushFile, Target: "/srv/shop/.env", Last: &api.PushResult{
			At: noon.Add(-time.Hour), NextTry: noon.Add(5 * time.Minute),
			Error: &api.Error{Class: core.PushFailed, Remedy: core.RemedyPushFile, Message: "no such folder"},
		}},
		{Number: 4, Kind: core.PushCommand, Target: "/usr/local/bin/set-token"},
	}
	return a
}

// TestPushesInTheDetail: where the tokens go and how it ended stands in the detail, a
// failure on the row too, and it can be tried at once.
func TestPushesInTheDetail(t *testing.T) {
	for lang, says := range map[string][]string{
		"en": {"push failed", "Where its tokens go", "1. /srv/shop/token.json", "fine,", "3. /srv/shop/.env", "failed,", "next try", "no such folder", "Check that its folder exists", "4. /usr/local/bin/set-token", "at the next renewal"},
		"zh": {"推送失败", "推送", "1. /srv/shop/token.json", "成功，", "3. /srv/shop/.env", "失败，", "no such folder", "下次续期时"},
	} {
		s := newStage(t, pushed()).in(lang, 460)
		s.agent.list.Active = core.Live
		s.open()
		s.mustSay(says[0])
		s.pane.openDetail("shop-live")
		s.mustSay(says[1:]...)
		s.press(s.ui.T("push.run"))
		s.until("the push", func() bool {
			return slices.ContainsFunc(s.agent.log(), func(call string) bool { return strings.HasPrefix(call, "push shop/live ") })
		})
		healed := pushed()
		healed.Pushes = nil
		s.agent.send(api.Event{Type: api.EventAccount, Account: &healed})
		s.until("the list to empty", func() bool { return !s.pane.detail.goes.rows.Box.Visible() })
		s.mustSay(s.ui.T("push.add"))
	}
}

// TestAPushIsEntered: each kind of target is saved as at the command line, a password only
// in the request, and a fault is said at its field in the window's own words.
func TestAPushIsEntered(t *testing.T) {
	t.Setenv("HOME", "/home/someone")
	const word = "hunter2-is-the-password"
	s := newStage(t, shops()...).open()
	s.menuItem("shop-sandbox", "Push its tokens…").Action()
	f := s.pushing.form
	f.path.SetText("~/shop/.env")
	s.mustSay("Push the tokens of shop/sandbox", "Variable")
	f.path.SetText("~/shop/token.json")
	s.mustNotSay("Variable")
	s.agent.fails("add push ", &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Err: core.Problems{{Field: "path", Key: core.ProblemPushExists}}})
	s.ctrl(fyne.KeyS)
	s.untilSays("This file exists already. Choose another, or agree below that it is overwritten.")
	s.key(fyne.KeyEscape)
	s.mustSay("Discard what you typed?")
	s.press("Keep editing")
	s.agent.fails("add push ", nil)
	s.agent.change(func(f *fakeAgent) {
		f.pushed = api.Push{Number: 1, Target: "/home/someone/shop/token.json", Last: &api.PushResult{At: noon}}
	})
	f.draft.overwrite, f.draft.private = true, true
	s.ctrl(fyne.KeyS)
	s.untilSays("the current token is in /home/someone/shop/token.json")
	if s.pushing.form != nil {
		t.Error("the form stays")
	}

	s.pushing.add("shop-live")
	f = s.pushing.form
	f.draft.kind = core.PushCommand
	f.show()
	f.program.SetText("/usr/local/bin/set-token\n--site\nmy shop\n")
	f.draft.timeout = "90"
	s.agent.change(func(f *fakeAgent) {
		f.pushed = api.Push{Number: 1, Target: "set-token", Last: &api.PushResult{At: noon, Error: &api.Error{Class: core.PushFailed, Remedy: core.RemedyPushCommand, Message: "exit status 1"}}}
	})
	s.press("Save and push")
	s.untilSays("Saved, but the push failed", "exit status 1")

	s.pushing.add("shop-live")
	f = s.pushing.form
	f.draft.kind, f.draft.password = core.PushRedis, word
	f.show()
	f.url.SetText("rediss://tokentray@redis.example.com/2")
	s.agent.change(func(f *fakeAgent) {
		f.pushed = api.Push{Plan: &api.PushPlan{Commands: []string{"SET wx:token 83_ab•••• EX 5400"}, Lock: "wx:lock"}}
	})
	s.press("Show what would be sent")
	s.untilSays("SET wx:token 83_ab•••• EX 5400", "Nothing was written.", "wx:lock")
	s.mustNotSay(word)
	s.agent.fails("add push ", &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Err: core.Problems{{Field: "redis", Key: core.ProblemRedisPlain}}})
	s.press("Save and push")
	s.untilSays("Tokens would go to another machine without encryption. Use rediss://, or agree below.")
	s.agent.fails("add push ", nil)
	s.agent.change(func(f *fakeAgent) { f.pushed = api.Push{Number: 2, Target: "rediss://redis.example.com silenceper"} })
	s.press("Save and push")
	s.untilSays("gets the next token")

	got := read(s.agent, &s.agent.pushes)
	want := []api.PushInput{
		{Kind: core.PushFile, Path: "/home/someone/shop/token.json"},
		{Kind: core.PushFile, Path: "/home/someone/shop/token.json", Overwrite: true, Private: true},
		{Kind: core.PushCommand, Command: []string{"/usr/local/bin/set-token", "--site", "my shop"}, Timeout: 90},
		{Kind: core.PushRedis, Redis: &core.RedisPlace{URL: "rediss://tokentray@redis.example.com/2", Layout: "silenceper"}, DryRun: true},
		{Kind: core.PushRedis, Redis: &core.RedisPlace{URL: "rediss://tokentray@redis.example.com/2", Layout: "silenceper"}},
		{Kind: core.PushRedis, Redis: &core.RedisPlace{URL: "rediss://tokentray@redis.example.com/2", Layout: "silenceper"}},
	}
	for i := range got {
		if p := got[i].RedisPassword; got[i].Kind == core.PushRedis && (p == nil || *p != word) {
			t.Errorf("%d: the password is %v", i, p)
		}
		got[i].RedisPassword = nil
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the agent got\n%+v\nwant\n%+v", got, want)
	}
}

// TestAPushIsChangedAndRemoved: what was entered is offered again, and a person is asked
// before it is removed.
func TestAPushIsChangedAndRemoved(t *testing.T) {
	a := pushed()
	a.Pushes = append(a.Pushes[:1:1], api.Push{Number: 4, Kind: core.PushRedis, Target: "rediss://redis.example.com plain", Redis: &core.RedisPlace{URL: "rediss://redis.example.com", Layout: "plain", Key: "wx:0123…"}})
	s := newStage(t, a).open()
	s.pushing.edit(a.ID, 4)
	s.mustSay("Push 4 of shop/live", "Whole key")
	if d := s.pushing.form.draft; d.redis.Key != "wx:0123…" || d.password != "" {
		t.Errorf("the draft is %+v", d)
	}
	s.press("Save and push")
	s.until("the change", func() bool { return len(read(s.agent, &s.agent.pushes)) == 1 })
	if got := read(s.agent, &s.agent.pushes)[0]; got.Replace != 4 || got.Redis.Key != "wx:0123…" || got.RedisPassword != nil {
		t.Errorf("the agent got %+v", got)
	}
	s.until("the form to go", func() bool { return s.pushing.form == nil })
	s.pushing.remove(a.ID, 1)
	s.mustSay("Remove this push of shop/live?", "/srv/shop/token.json gets no new tokens any more.")
	s.press("Remove")
	s.untilCalled("remove push shop/live 1")
	s.untilSays("Removed push 1.")
}
