package window

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// pageState is one state of a form, of the settings or of a question.
type pageState struct {
	name    string
	prepare func(*stage) // before the window connects; nil: nothing
	enter   func(*stage)
}

// pageStates are the states whose pictures are kept as markup.
func pageStates() []pageState {
	fill := func(s *stage) {
		s.typeInto("name", "blog")
		s.typeInto("appid", "wx89abcdef01234567")
		s.typeInto("secret", goodSecret)
	}
	verdict := func(s *stage, r api.TestResult) {
		s.agent.change(func(f *fakeAgent) { f.test = r })
		s.accounts.testForm(s.accounts.form)
		s.until("the answer", func() bool { return !s.accounts.form.busy })
	}
	open := func(s *stage) {
		s.settings.openSettings()
		s.until("the door", func() bool { return s.settings.page.known.known && s.link.status.Version != "" })
		s.settings.redrawSettings()
	}
	key := func(s *stage) *keyPage {
		open(s)
		s.settings.openKeyPage()
		return s.keyPage()
	}
	return []pageState{
		{"form-empty", nil, func(s *stage) { s.accounts.openAdd() }},
		{"form-problems", nil, func(s *stage) {
			s.accounts.openAdd()
			s.typeInto("name", "a/b")
			s.typeInto("appid", "gh_0123456789ab")
			s.typeInto("secret", goodSecret[:20])
			s.typeInto("base_url", "http://example.org")
			s.typeInto("proxy", "http://me@host:80")
			s.accounts.saveForm(s.accounts.form)
		}},
		{"form-pasted", nil, func(s *stage) {
			s.accounts.openAdd()
			s.accounts.form.pasted("AppID: wx0123456789abcdef\nAppSecret: " + goodSecret)
		}},
		{"form-works", nil, func(s *stage) {
			s.accounts.openAdd()
			fill(s)
			verdict(s, api.TestResult{ExpiresIn: 7200, Mask: "83_ab••••wxyz"})
		}},
		{"form-refused", nil, func(s *stage) {
			s.accounts.openAdd()
			fill(s)
			verdict(s, api.TestResult{Error: &api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, CallerIP: "203.0.113.7", UpstreamCode: 40164}})
		}},
		{"form-edit", nil, func(s *stage) { s.accounts.openEdit("shop-sandbox") }},
		{"form-shared", nil, func(s *stage) {
			a, _ := s.model.find("campaign-sandbox")
			a.Proxy = "http://proxy.example:8080"
			s.accounts.openForm(counterpartDraft(kinds.Builtin(), a))
		}},
		{"settings-shut", nil, open},
		{"settings-open", func(s *stage) {
			s.agent.change(func(f *fakeAgent) { f.keys = someKeys() })
			s.agent.door = api.Loopback{State: api.DoorOn, Port: 17278, Addresses: []string{"127.0.0.1:17278", "[::1]:17278"}}
			s.agent.list.Vault = api.Vault{Kind: "file", State: "open"}
			s.agent.list.PausedAll = true
		}, open},
		{"settings-taken", func(s *stage) {
			s.agent.change(func(f *fakeAgent) {
				f.door = api.Loopback{State: api.DoorTaken, Port: 17278, Error: &api.Error{Class: core.Invalid, Remedy: core.RemedyPort, Message: "taken"}}
			})
			s.agent.list.Vault = api.Vault{Kind: "keyring", State: "unavailable"}
		}, open},
		{"key-empty", nil, func(s *stage) { key(s) }},
		{"key-problems", nil, func(s *stage) {
			p := key(s)
			p.some, p.live, p.sandbox, p.origins = true, false, false, "localhost:3000"
			s.settings.redrawSettings()
			s.settings.makeKey(p)
		}},
		{"key-calls", nil, func(s *stage) {
			p := key(s)
			p.givesCalls()
			s.settings.redrawSettings()
		}},
		{"log", func(s *stage) {
			s.agent.access = []api.Access{
				{At: noon, Key: "postman", Call: "GET /v1/token", Account: "shop/live", Status: 200, Count: 3},
				{At: noon.Add(-time.Minute), Call: "GET /v1/token", Status: 401, Count: 1},
			}
		}, func(s *stage) {
			open(s)
			s.settings.openLog()
			s.until("the log", func() bool { return s.settings.page.sub.(*logPage).known })
		}},
		{"form-elsewhere", nil, func(s *stage) {
			s.accounts.openEdit("shop-sandbox")
			s.typeInto("base_url", "https://gateway.example:8443")
		}},
		{"secret-empty", nil, func(s *stage) { s.accounts.askSecret("shop-sandbox") }},
		{"secret-unsure", nil, func(s *stage) {
			s.accounts.askSecret("shop-sandbox")
			s.win.Canvas().Focused().(*kit.Entry).SetText(goodSecret)
			s.agent.change(func(f *fakeAgent) {
				f.test = api.TestResult{Error: &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork}}
			})
			s.key(fyne.KeyReturn)
			s.until("the answer", func() bool { return s.sheet.Box.Objects[5].(*fyne.Container).Objects[0].Visible() })
		}},
		{"clients-begin", nil, func(s *stage) {
			s.clients.openClients("shop-sandbox")
			s.clients.page.setup.path = "~/tokentray-shop.postman_collection.json"
			s.until("the door", func() bool { return s.clients.page.door.known })
		}},
		{"clients-done", nil, clientsDone},
		{"clients-failed", func(s *stage) {
			s.agent.keys = someKeys()
			s.agent.door = api.Loopback{State: api.DoorTaken, Port: 17278, Error: &api.Error{Class: core.Invalid, Remedy: core.RemedyPort, Message: "taken"}}
		}, func(s *stage) {
			s.clients.openClients("shop-live")
			setup := s.clients.page.setup
			setup.existing, setup.chosen, setup.path = true, "页面", "~/mine.json"
			setup.wrong = func(ui *kit.UI) string { return ui.T("export.exists") }
			setup.tried[setup.client] = &clientTest{at: "/v1/token/shop/live", door: api.DoorAnswer{Status: 403, Took: 3 * time.Millisecond}, explains: &api.Error{Class: core.Misuse, Remedy: core.RemedyScope}}
			s.until("the door", func() bool { return s.clients.page.door.known })
		}},
		{"clients-sdk", nil, func(s *stage) {
			s.clients.openClients("shop-live")
			s.until("the door", func() bool { return s.clients.page.door.known })
			s.clients.page.setup.all = true
			s.pick(sdkPrefix + "silenceper")
		}},
		{"push-file", nil, func(s *stage) { s.pushing.add("shop-sandbox"); s.pushing.form.path.SetPlaceHolder("") }},
		{"push-command", nil, func(s *stage) {
			s.pushing.open("shop-live", pushDraft{kind: core.PushCommand, command: "/usr/local/bin/set-token\n--site\nshop"})
		}},
		{"push-redis", nil, func(s *stage) {
			s.pushing.open("shop-live", pushDraft{kind: core.PushRedis, number: 3, redis: core.RedisPlace{URL: "redis://redis.example.com", Layout: "wxjava"}})
			s.pushing.form.refuse(&core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Err: core.Problems{{Field: "redis", Key: core.ProblemRedisPlain}}})
		}},
		{"question-revoke", nil, func(s *stage) { s.settings.askRevoke("postman") }},
	}
}

// enterState opens a window in a state.
func enterState(t *testing.T, st pageState, lang text.Lang, dark bool, width, height float32) *stage {
	t.Helper()
	inZone(t, time.UTC)
	s := newStage(t, town(noon)...)
	s.agent.list.Settings.Language = map[text.Lang]string{text.English: "en", text.Chinese: "zh"}[lang]
	if dark {
		s.agent.list.Settings.Theme = "dark"
	}
	if st.prepare != nil {
		st.prepare(s)
	}
	s.win.Resize(fyne.NewSize(width, height))
	s.open()
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	st.enter(s)
	return s
}

// inFront is the page or the question that a state shows.
func (s *stage) inFront() fyne.CanvasObject {
	if s.sheet != nil {
		return s.sheet.Box
	}
	return s.pages.holder.Objects[0]
}

// TestPagesToMarkup keeps every state of the forms, of the settings and of
// their questions, in both languages. No secret is in any of them.
func TestPagesToMarkup(t *testing.T) {
	for _, st := range pageStates() {
		for lang, suffix := range map[text.Lang]string{text.English: "en", text.Chinese: "zh"} {
			t.Run(st.name+"-"+suffix, func(t *testing.T) {
				s := enterState(t, st, lang, false, 460, 640)
				o := s.inFront()
				file := "pages/" + st.name + "-" + suffix + ".xml"
				test.AssertObjectRendersToMarkup(t, file, o)
				noSecretIn(t, file)
			})
		}
	}
}

// TestProblemsToMarkup keeps what is said of every refusal, in both languages.
func TestProblemsToMarkup(t *testing.T) {
	inZone(t, time.UTC)
	for lang, suffix := range map[text.Lang]string{text.English: "en", text.Chinese: "zh"} {
		t.Run(suffix, func(t *testing.T) {
			test.NewTempApp(t)
			ui := uiIn(lang)
			column := kit.Stack(3 * kit.Grid)
			for _, product := range kinds.Builtin().Products() {
				a := blocked("gate", core.Sandbox)
				a.Product, a.Error.PriorIP = product, "203.0.113.9"
				column.Add(drawnProblem(ui, a))
			}
			for _, e := range refusals() {
				if e.Class != core.Whitelist && e.Class != core.VaultClosed {
					a := ailing(e)
					a.Kind = kinds.WeChatLegacy
					column.Add(drawnProblem(ui, a))
				}
			}
			w := test.NewTempWindow(t, container.NewStack(kit.NewScroller(column)))
			w.SetPadded(false)
			w.Resize(fyne.NewSize(428, 900))
			test.AssertRendersToMarkup(t, "pages/problems-"+suffix+".xml", w.Canvas())
		})
	}
}

// drawnProblem is what the detail says of an account that upstream refuses.
func drawnProblem(ui *kit.UI, a api.Account) fyne.CanvasObject {
	b := newProblemBox(ui, func(action) {}, func(string, string) {})
	b.set(a, noon)
	return b.root
}

// TestBannersToMarkup keeps what is said over everything, in both languages.
func TestBannersToMarkup(t *testing.T) {
	for lang, suffix := range map[text.Lang]string{text.English: "en", text.Chinese: "zh"} {
		t.Run(suffix, func(t *testing.T) {
			test.NewTempApp(t)
			ui := uiIn(lang)
			m := newModel()
			m.PausedAll, m.Demo, m.Vault = true, true, api.Vault{Kind: "file", State: "locked"}
			column := kit.Stack(2 * kit.Grid)
			version := func(n int) *core.Error {
				return &core.Error{Class: core.Internal, Remedy: core.RemedyRestart, Err: &api.VersionError{Agent: n}}
			}
			for _, b := range [][]bannerLine{
				bannersOf(ui, phaseGone, nil, &m), bannersOf(ui, phaseFailed, failure(core.Internal, core.RemedyNoAgent), &m),
				bannersOf(ui, phaseVersion, version(0), &m), bannersOf(ui, phaseVersion, version(99), &m),
				bannersOf(ui, phaseRestart, nil, &m), bannersOf(ui, phaseConnected, nil, &m),
			} {
				shown := newBanners(ui, func(bannerAction) {})
				shown.show(b)
				column.Add(shown.rows.Box)
			}
			w := test.NewTempWindow(t, container.NewStack(kit.NewScroller(column)))
			w.SetPadded(false)
			w.Resize(fyne.NewSize(460, 640))
			test.AssertRendersToMarkup(t, "pages/banners-"+suffix+".xml", w.Canvas())
		})
	}
}

// noSecretIn looks for what nobody may read in a picture that is kept.
func noSecretIn(t *testing.T, file string) {
	t.Helper()
	for _, dir := range []string{"testdata", "testdata/failed"} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			continue
		}
		for _, secret := range []string{goodSecret, goodSecret[:20], freshKey} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%s/%s shows a secret", dir, file)
			}
		}
	}
}

// clientsDone sets an API client up, to its end.
func clientsDone(s *stage) {
	s.answersDoor(api.DoorAnswer{Status: 200, Took: 12 * time.Millisecond, ExpiresIn: 90 * time.Minute}, nil)
	s.agent.change(func(f *fakeAgent) {
		f.door = api.Loopback{State: api.DoorOn, Port: 17278, Addresses: []string{"127.0.0.1:17278", "[::1]:17278"}}
	})
	s.clients.openClients("shop-sandbox")
	setup := s.clients.page.setup
	setup.path = "~/tokentray-shop.postman_collection.json"
	s.until("the door", func() bool { return s.clients.page.door.known })
	s.clients.makeKey()
	s.until("the key", func() bool { return setup.made[false] != nil })
	setup.saved[setup.client] = "/home/someone/tokentray-shop.postman_collection.json"
	setup.tried[setup.client] = &clientTest{
		at: "/v1/token/shop", door: api.DoorAnswer{Status: 200, Took: 12 * time.Millisecond, ExpiresIn: 90 * time.Minute},
		call: "GET /cgi-bin/get_api_domain_ip", status: 200, took: 143 * time.Millisecond,
	}
	s.clients.show()
}
