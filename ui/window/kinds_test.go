package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/ui/kit"
)

// robin is a kind that a user adds, with labels of its own.
func robin() kinds.Spec {
	return kinds.Spec{
		Kind: "robin", Label: kinds.Label{"en": "Robin", "zh": "知更鸟"}, Names: []string{"robin"},
		Fields: []kinds.Field{
			{Key: kinds.AppID, Label: kinds.Label{"en": "Ring number", "zh": "环号"}, Input: kinds.Text, Required: true, Names: []string{"ringid"}},
			{Key: kinds.Secret, Input: kinds.SecretText, Required: true, Names: []string{"ringsecret"}},
			{Key: "nest", Label: kinds.Label{"en": "Nest", "zh": "鸟巢"}, Input: kinds.Text, Required: true, Identity: true},
			{Key: "wing_span", Label: kinds.Label{"en": "Wing span", "zh": "翼展"}, Input: kinds.Choice, Choices: []string{"small", "large"}},
		},
		BaseURL: "https://robin.example", TryPath: "/me",
		Token:  kinds.Place{Header: "X-Robin"},
		Traits: core.Traits{Repeat: core.RepeatSame, Vouches: true, Window: time.Minute},
	}
}

// pickKind types into the open form's table of kinds, and takes the first that is left.
func (s *stage) pickKind(typed string) {
	s.t.Helper()
	p := s.accounts.form.fields["kind"].(*kit.Picker)
	for _, r := range typed {
		p.TypedRune(r)
	}
	p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

// Among a dozen kinds one is found by a few letters of its name in either language, or
// of the word that commands use; the form then has its fields.
func TestAKindIsFoundByAFewLetters(t *testing.T) {
	for _, tt := range []struct{ lang, typed, kind, says string }{
		{"en", "douyin mini", "douyin-mini", "AppSecret"},
		{"en", "baidu", "baidu", "Secret Key"},
		{"zh", "飞书", "feishu", "AppSecret"},
		{"zh", "kuaishou", "kuaishou", "AppSecret"},
	} {
		s := newStage(t).in(tt.lang, 480).open()
		s.accounts.openAdd()
		s.pickKind(tt.typed)
		if got := string(s.accounts.form.draft.Kind); got != tt.kind {
			t.Errorf("%s: %q", tt.typed, got)
		}
		s.mustSay(tt.says, s.ui.Words.KindSays(s.accounts.form.draft.Kind, "say"))
	}
}

// TestAKindJoinsTheWindow: it is offered as soon as the agent has told of it, and
// what was typed until then stays.
func TestAKindJoinsTheWindow(t *testing.T) {
	s := newStage(t, duo()...).in("en", 900).open()
	s.accounts.openAdd()
	s.mustNotSay("Robin")
	s.typeInto("name", "wren")
	set, err := kinds.Builtin().With(robin())
	if err != nil {
		t.Fatal(err)
	}
	s.agent.change(func(f *fakeAgent) { f.kinds = set })
	s.agent.send(api.Event{Type: api.EventKinds})
	s.until("the kind", func() bool { return s.accounts.form.draft.kinds.Equal(set) })
	s.accounts.form.fields["kind"].(*kit.Picker).Unfold(true)
	s.mustSay("Robin")
	if got := s.accounts.form.draft.Name; got != "wren" {
		t.Errorf("what was typed is %q", got)
	}
	if !s.accounts.form.pasted("ring id: 0123456789 ring secret: 9876543210") || s.accounts.form.draft.AppID != "0123456789" || s.accounts.form.draft.secret != "9876543210" {
		t.Error("what was pasted is not understood by the words of the kind")
	}
	if got := s.accounts.form.draft.Kind; got != "robin" {
		t.Errorf("the kind of what was pasted is %q", got)
	}
	s.mustSay("Ring number", "Nest", "Wing span")
	s.accounts.saveForm(s.accounts.form)
	s.mustSay("This must not be empty.")
	s.typeInto("nest", "oak")
	s.accounts.form.fields["wing_span"].(*kit.Segment).Pick(1)
	s.accounts.saveForm(s.accounts.form)
	s.untilCalled("add wren/sandbox")
	s.until("the account", func() bool { _, there := s.model.find("wren-sandbox"); return there })
	a, _ := s.model.find("wren-sandbox")
	if a.Kind != "robin" || a.Params.Get("nest") != "oak" || a.Params.Get("wing_span") != "large" {
		t.Errorf("saved %+v", a.Account)
	}
	s.listing.selectAccount("wren-sandbox")
	s.untilSays("Ring number", "0123456789", "oak", "large")
}

// The form of each kind has all its fields, with their labels in both languages: none
// is without a word, and what the form before had is gone.
func TestTheFormOfEachKind(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		s := newStage(t).in(lang, 900).open()
		s.accounts.openAdd()
		for _, spec := range preset.With(kinds.Builtin()).All() {
			p := s.accounts.form.fields["kind"].(*kit.Picker)
			s.pickKind(s.ui.Words.KindChoice(spec.Kind))
			f := s.accounts.form
			if f.draft.Kind != spec.Kind {
				p.Unfold(false)
				f.chooseKind(string(spec.Kind)) // another kind's name begins alike
				f = s.accounts.form
			}
			labels := []string{s.ui.T("form.name"), s.ui.T("form.env"), s.ui.T("form.kind")}
			for _, one := range spec.Fields {
				label := s.ui.Words.Field(spec.Kind, one)
				if label == "" || label == one.Key || strings.ContainsAny(label, "{}") {
					t.Errorf("%s, %s: the label of %s is %q", lang, spec.Kind, one.Key, label)
				}
				if f.boxes[one.Key] == nil {
					t.Errorf("%s, %s: no field for %s", lang, spec.Kind, one.Key)
				}
				labels = append(labels, label)
			}
			if len(spec.Products) > 0 {
				labels = append(labels, s.ui.T("form.product"))
				for _, one := range spec.Products {
					labels = append(labels, s.ui.Words.ProductShort(spec.Kind, one.Product))
				}
			}
			s.mustSay(labels...)
			for _, key := range []string{kinds.AppID, kinds.Secret, kinds.BaseURL} {
				if f.boxes[key] != nil && !spec.Has(key) {
					t.Errorf("%s, %s: a field for %s is left", lang, spec.Kind, key)
				}
			}
		}
	}
}
