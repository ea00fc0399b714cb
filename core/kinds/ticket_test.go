package kinds_test

import (
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Which account has which tickets, and which one is meant where nobody names one.
func TestTicketsOfAccounts(t *testing.T) {
	agent, contacts := map[string]string{"agent": "7"}, map[string]string{"label": "contacts"}
	for _, tt := range []struct {
		kind    core.Kind
		product core.Product
		params  map[string]string
		want    string
	}{
		{kinds.WeChat, kinds.ProductOfficial, nil, "jsapi"},
		{kinds.WeChat, kinds.ProductTest, nil, "jsapi"},
		{kinds.WeChatLegacy, kinds.ProductOfficial, nil, "jsapi"},
		{kinds.WeChat, kinds.ProductMini, nil, ""},
		{kinds.WeChat, kinds.ProductOther, nil, ""},
		{kinds.WeCom, kinds.ProductCorpOwn, agent, "corp agent"},
		{kinds.WeCom, kinds.ProductCorpManaged, agent, "corp agent"},
		{kinds.WeCom, kinds.ProductCorpOwn, contacts, "corp"},
	} {
		var names []string
		for _, one := range spec(t, tt.kind).TicketsOf(core.Account{Kind: tt.kind, Product: tt.product, Params: core.ParamsOf(tt.params)}) {
			names = append(names, one.Name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s %s %v has %q, want %q", tt.kind, tt.product, tt.params, got, tt.want)
		}
	}
}

// The call for a ticket must not be made for others, and its answer carries no token.
func TestCallsForTicketsAreClosed(t *testing.T) {
	for _, s := range kinds.Builtin().All() {
		for _, one := range s.Tickets {
			closed := false
			for _, p := range s.Closed {
				closed = closed || p.Fits("GET", one.Path)
			}
			if !closed {
				t.Errorf("%s: %s gives a ticket and may be called through the agent", s.Kind, one.Path)
			}
			if q := one.Asks(s.Token, "t"); q.Get(s.Token.Query) != "t" {
				t.Errorf("%s: %s is asked for with %v", s.Kind, one.Name, q)
			}
		}
	}
}

func TestABadTicketIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*kinds.Ticket)
		want   string
	}{
		{"a name with a blank", func(k *kinds.Ticket) { k.Name = "a b" }, "rename"},
		{"a field that is not there", func(k *kinds.Ticket) { k.Needs = "nest" }, "does not have"},
		{"a product that is not there", func(k *kinds.Ticket) { k.Products = []core.Product{"owl"} }, "no product"},
		{"no path", func(k *kinds.Ticket) { k.Path = "" }, "slash"},
		{"a path of another host", func(k *kinds.Ticket) { k.Path = "https://evil.example/" }, "slash"},
		{"a query with quotes", func(k *kinds.Ticket) { k.Query = []kinds.Pair{{Name: "type", Value: `"`}} }, "quotes"},
		{"a script as the call", func(k *kinds.Ticket) { k.Call = "alert(1)//" }, "function"},
		{"a checker without TLS", func(k *kinds.Ticket) { k.Checker = "http://a.example" }, "https"},
		{"a member twice", func(k *kinds.Ticket) { k.Config = append(k.Config, k.Config[0]) }, "twice"},
		{"a member that is none", func(k *kinds.Ticket) { k.Config[0].Name = "a-b" }, "no word"},
		{"a script as a value", func(k *kinds.Ticket) { k.Config[0].Value = "alert(1)" }, "filled in"},
		{"a text as a value", func(k *kinds.Ticket) { k.Config[0].Value = `"</script>"` }, "filled in"},
		{"the secret as a value", func(k *kinds.Ticket) { k.Config[0].Value = "{secret}" }, "filled in"},
		{"a field of others", func(k *kinds.Ticket) { k.Config[0].Value = "{nest}" }, "filled in"},
		{"no signature", func(k *kinds.Ticket) { k.Config = k.Config[:1] }, "lacks"},
	} {
		s := spec(t, kinds.WeCom)
		s.Kind = "copy"
		one := s.Tickets[0]
		one.Config = append([]kinds.Pair(nil), one.Config...)
		tt.change(&one)
		s.Tickets = []kinds.Ticket{one}
		if _, err := kinds.Builtin().With(s); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", tt.name, err, tt.want)
		}
	}
	s := spec(t, kinds.WeCom)
	s.Kind, s.Tickets = "copy", append(s.Tickets, s.Tickets[0])
	if _, err := kinds.Builtin().With(s); err == nil || !strings.Contains(err.Error(), "two of this name") {
		t.Errorf("two of one name: %v", err)
	}
	s = spec(t, kinds.WeCom)
	s.Kind, s.Token = "copy", kinds.Place{Header: "Authorization"}
	if _, err := kinds.Builtin().With(s); err == nil || !strings.Contains(err.Error(), "header") {
		t.Errorf("a token in a header: %v", err)
	}
}
