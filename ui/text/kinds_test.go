package text

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// TestEveryKindIsSaid walks all specs and names each missing sentence. The rules are
// at the top of kinds.go.
func TestEveryKindIsSaid(t *testing.T) {
	for _, lang := range []Lang{English, Chinese} {
		for _, missing := range New(lang).Knowing(preset.With(kinds.Builtin())).unsaid() {
			t.Errorf("language %d: there is no sentence %s", lang, missing)
		}
	}
}

// TestWhatAKindLacksIsNamed: the walk finds everything that a kind needs.
func TestWhatAKindLacksIsNamed(t *testing.T) {
	mute := kinds.Spec{
		Kind: "mute", Sibling: kinds.WeChat,
		Fields: []kinds.Field{
			{Key: "agent", Input: kinds.Choice, Choices: []string{"a"}, Required: true, Checks: []kinds.Check{{Match: "a", Problem: "agent_odd"}}},
			{Key: kinds.BaseURL, Input: kinds.URL, Required: true},
		},
		Products: []kinds.Product{{Product: "owl", Env: core.Live}},
		Traits:   core.Traits{Repeat: core.RepeatDestructive, Window: time.Minute, NoSecret: true},
		Token:    kinds.Place{Query: "t"},
		Samples:  []kinds.Folder{{Key: "nest", Calls: []kinds.Call{{Key: "egg", Method: "GET"}}}},
	}
	set, err := kinds.Builtin().With(mute)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"kind.mute", "kind.mute.say", "kind.mute.force", "kind.mute.force_live", "kind.mute.consent", "kind.mute.consent_live",
		"product.owl", "product.owl.short", "product.owl.only", "field.agent", "field.agent.a", "problem.agent_odd",
		"starter.group.nest", "starter.call.egg",
	}
	if got := New(English).Knowing(set).unsaid(); !slices.Equal(got, want) {
		t.Errorf("missing %q, want %q", got, want)
	}
	mute.Label = kinds.Label{"en": "Mute"} // a user's own kind needs no explanation
	if set, err = kinds.Builtin().With(mute); err != nil {
		t.Fatal(err)
	}
	if got := New(Chinese).Knowing(set).Kind("mute"); got != "Mute" {
		t.Errorf("a label of the other language is better than none: %q", got)
	}
}

// unsaid lists the sentences that the kinds need but do not have.
func (t *Text) unsaid() []string {
	var out []string
	need := func(keys ...string) {
		for _, k := range keys {
			if t.Has(Key(k)) && strings.TrimSpace(t.Say(Key(k))) != "" || slices.Contains(out, k) {
				continue
			}
			out = append(out, k)
		}
	}
	for _, s := range t.kinds.All() {
		k := "kind." + string(s.Kind)
		need(k, k+".say", k+".force", k+".force_live")
		if s.Traits.Destructive() {
			need(k+".consent", k+".consent_live")
		}
		for _, one := range s.Tickets {
			need("ticket."+one.Name, "flag.ticket_"+one.Name)
		}
		if s.Sibling != "" {
			need("kind." + string(s.Sibling) + ".instead")
		}
		if s.Family != "" {
			need("window.family." + s.Family)
		}
		if s.Fallback != nil {
			need("kind." + string(s.Fallback.Kind) + ".instead")
		}
		where := func(p kinds.Product) string { return string(t.ofKind("where", s.Kind, string(p.Product))) }
		whitelists := slices.ContainsFunc(s.Products, func(p kinds.Product) bool { return t.Has(Key(where(p))) })
		for _, p := range s.Products {
			if whitelists { // then every product has a place for it
				need(where(p))
			}
			need("product."+string(p.Product), "product."+string(p.Product)+".short")
			if p.Env != "" {
				need("product." + string(p.Product) + ".only")
			}
		}
		for _, f := range s.Fields {
			need(string(t.ofKind("field", s.Kind, f.Key)))
			for _, v := range f.Choices {
				need(string(t.ofKind("field", s.Kind, f.Key+"."+v)))
			}
			for _, c := range f.Checks {
				need(string(t.ofKind("problem", s.Kind, c.Problem)))
			}
		}
		for _, n := range s.Codes {
			for _, prefix := range []string{"code", "fix"} {
				if key := t.ofKind(prefix, s.Kind, strconv.Itoa(n)); !t.Has(key) {
					need(string(key))
				}
			}
		}
		for _, f := range s.Samples {
			need("starter.group." + f.Key)
			for _, c := range f.Calls {
				need("starter.call." + c.Key)
			}
		}
	}
	return out
}

func TestAKindsOwnSentenceComesFirst(t *testing.T) {
	x := New(English)
	for _, tt := range []struct {
		kind core.Kind
		want string
	}{
		{kinds.WeChat, "WeChat console"},
		{kinds.WeChatLegacy, "WeChat console"}, // the name of its family
		{"pigeon", "upstream's console"},
		{"", "upstream's console"},
	} {
		if got := x.SayOf("remedy", tt.kind, core.RemedySecret); !strings.Contains(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.kind, got, tt.want)
		}
	}
	for _, tt := range []struct {
		problem core.Problem
		want    string
	}{
		{core.Problem{Field: "agent", Key: "agent_empty"}, "This must not be empty."},
		{core.Problem{Field: "agent", Key: "agent_https"}, "It must begin with https:// unless it is this machine."},
		{core.Problem{Field: "agent", Key: "agent_odd", Says: "is odd"}, "is odd"},
		{core.Problem{Field: "kind", Key: kinds.ProblemKind}, "The kind is one of: " + kindNames(kinds.Builtin()) + "."},
		{core.Problem{Field: "appid", Key: "appid_empty"}, "Copy the AppID from the WeChat console."},
	} {
		if got := x.Problem(kinds.WeChat, tt.problem); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.problem.Key, got, tt.want)
		}
	}
}

// TestOnlyAFamilySpeaksOfItsVendor: sentences for all kinds name no vendor. Only
// commands about the simulator and paths at the loopback do.
func TestOnlyAFamilySpeaksOfItsVendor(t *testing.T) {
	own := map[Key]bool{}
	for _, family := range kindTables() {
		for key := range family {
			own[key] = true
		}
	}
	about := []Key{
		"cmd.sim", "cmd.sim.long", "cmd.demo.long", "cmd.get.long", "flag.doctor_base_url", "cmd.api.long", "cmd.export.postman.long", "cmd.exec.long", "cmd.import.long",
	}
	vendor := regexp.MustCompile("WeChat|weixin|WeCom|Feishu|DingTalk|Douyin|Baidu|Huawei|Kuaishou|微信|飞书|钉钉|抖音|快手|百度|华为")
	chinese := New(Chinese)
	for _, r := range New(English).rows() {
		key, english := r.key, r.says
		if own[key] || slices.Contains(about, key) {
			continue
		}
		if vendor.MatchString(english) || vendor.MatchString(chinese.Say(key)) {
			t.Errorf("%s speaks of a vendor; move it to kind_FAMILY.go, under a key of the kind", key)
		}
	}
}

// kindNames lists the names of a set's kinds.
func kindNames(set kinds.Set) string {
	var names []string
	for _, k := range set.Names() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}
