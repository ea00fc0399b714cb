package agent

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/jssdk"
)

// ticketing is an upstream that gives tickets too.
type ticketing struct {
	*upstream
	mu      sync.Mutex
	tickets []string
	refuse  *core.Error
}

func (u *ticketing) Ticket(_ context.Context, _ core.Request, name, token string) (core.Grant, error) {
	issued := u.upstream.tokens()
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.refuse != nil:
		return core.Grant{}, u.refuse
	case len(issued) == 0 || token != issued[len(issued)-1]:
		return core.Grant{}, &core.Error{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "the token is dead; refresh it", Err: core.ErrDead}
	}
	u.tickets = append(u.tickets, fmt.Sprintf("sM4AO_%s_%04d_ticketticketticketticket", name, len(u.tickets)+1))
	return core.Grant{Value: u.tickets[len(u.tickets)-1], ExpiresIn: 2 * time.Hour}, nil
}

func (u *ticketing) issued() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string(nil), u.tickets...)
}

func (u *ticketing) refuses(e *core.Error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refuse = e
}

// ticketWorld is a world whose upstream gives tickets.
func ticketWorld(t *testing.T) (*world, *ticketing) {
	w := newWorld(t)
	up := &ticketing{upstream: w.up}
	set := testKinds()
	w.kinds, w.sources = set, map[core.Kind]core.Source{}
	for _, kind := range set.Names() {
		w.sources[kind] = up
	}
	return w, up
}

const page = "https://shop.example.com/a?code=one-time#/route"

// What is signed is right, and neither answers nor files nor the log hold the ticket.
func TestSign(t *testing.T) {
	w, up := ticketWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	shop := api.Ref{Name: "shop"}
	got, err := r.client.Sign(t.Context(), shop, api.SignRequest{URL: page, Nonce: "Wm3WZYTPz0wzccnW", Timestamp: 1414587457})
	if err != nil {
		t.Fatal(err)
	}
	ticket := up.issued()[0]
	sign := jssdk.Signing{Nonce: "Wm3WZYTPz0wzccnW", Timestamp: 1414587457, URL: "https://shop.example.com/a?code=one-time"}
	if got.Signature != sign.Signature(ticket) || got.URL != sign.URL || got.Ticket != "jsapi" || got.Call != "wx.config" || got.Text != "" {
		t.Errorf("signed %+v", got)
	}
	if got.Config["appId"] != got.AppID || got.Config["signature"] != got.Signature || !strings.Contains(got.Script, got.Signature) || got.Checker == "" {
		t.Errorf("for the page: %+v", got)
	}
	if len(got.Hints) != 1 || got.Hints[0].Key != "fragment" || got.Hints[0].Message == "" {
		t.Errorf("hints %+v", got.Hints)
	}
	if left := time.Until(got.ExpiresAt); left < time.Hour {
		t.Errorf("the ticket lives %v", left)
	}
	if said := fmt.Sprintf("%+v", got); strings.Contains(said, ticket) {
		t.Errorf("the answer shows the ticket: %s", said)
	}

	again, err := r.client.Sign(t.Context(), shop, api.SignRequest{URL: page})
	if err != nil || len(up.issued()) != 1 || again.Nonce == got.Nonce || again.Timestamp < time.Now().Add(-time.Minute).Unix() {
		t.Errorf("again: %+v, %v, %d calls", again, err, len(up.issued()))
	}

	// Whoever asks for the account hears how long the ticket lives, and never the ticket.
	acc, err := r.client.Account(t.Context(), shop)
	if err != nil || len(acc.Tickets) != 1 || acc.Tickets[0] != (api.Ticket{Name: "jsapi", ExpiresAt: got.ExpiresAt}) {
		t.Errorf("the account's tickets are %+v, %v", acc.Tickets, err)
	}
	list, err := r.client.List(t.Context())
	if err != nil || !slices.Equal(list.Accounts[0].Tickets, acc.Tickets) {
		t.Errorf("the list's tickets are %+v, %v", list.Accounts[0].Tickets, err)
	}
	if said := fmt.Sprintf("%+v %+v", acc, list); strings.Contains(said, ticket) || strings.Contains(said, core.Mask(ticket)) {
		t.Error("an account shows its ticket")
	}
	shown, err := r.client.Sign(t.Context(), shop, api.SignRequest{URL: page, Reveal: true})
	if err != nil || !strings.Contains(shown.Text, "jsapi_ticket="+ticket+"&noncestr=") {
		t.Errorf("revealed: %q, %v", shown.Text, err)
	}

	copied, err := r.client.Sign(t.Context(), shop, api.SignRequest{URL: page, Copy: true})
	if err != nil || copied.Text != "" || copied.Clipboard == nil || copied.Clipboard.Format != api.FormatSigned || !copied.Clipboard.HasOurs() || copied.Clipboard.ClearsAt.IsZero() {
		t.Errorf("copied: %+v, %v", copied, err)
	}
	if on := w.desk.holds(); !strings.Contains(on, ticket) {
		t.Errorf("the clipboard has %q", on)
	}

	// It outlives a restart without a call.
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if _, err := r.client.Sign(t.Context(), shop, api.SignRequest{URL: page}); err != nil || len(up.issued()) != 1 {
		t.Errorf("after a restart: %v, %d calls", err, len(up.issued()))
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if files := found(t, w.home.Dir(), ticket); len(files) > 0 {
		t.Errorf("the ticket is in %v", files)
	}
	if log := w.log.String(); strings.Contains(log, ticket) || strings.Contains(log, "one-time") {
		t.Errorf("the log holds %s", log)
	}
}

func TestSignRefuses(t *testing.T) {
	w, up := ticketWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	mini := input("mini", core.Sandbox, "wx00000000000000aa")
	mini.Product = ptr(core.Product("mini"))
	if _, err := r.client.Add(t.Context(), mini); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		ref    string
		req    api.SignRequest
		class  core.Class
		remedy string
		field  string
	}{
		{"nobody", "nobody", api.SignRequest{URL: page}, core.NotFound, core.RemedyAccount, ""},
		{"no address", "shop", api.SignRequest{}, core.Invalid, core.RemedyInput, "url"},
		{"half an address", "shop", api.SignRequest{URL: "/a"}, core.Invalid, core.RemedyInput, "url"},
		{"an odd nonce", "shop", api.SignRequest{URL: page, Nonce: "a&b"}, core.Invalid, core.RemedyInput, "nonce"},
		{"an odd time", "shop", api.SignRequest{URL: page, Timestamp: -1}, core.Invalid, core.RemedyInput, "timestamp"},
		{"a ticket of others", "shop", api.SignRequest{URL: page, Ticket: "corp"}, core.Misuse, core.RemedyNoTicket, ""},
		{"a Mini Program", "mini", api.SignRequest{URL: page}, core.Misuse, core.RemedyNoTicket, ""},
	} {
		_, err := r.client.Sign(t.Context(), api.Ref{Name: tt.ref}, tt.req)
		e := wantClass(t, err, tt.class)
		var problems core.Problems
		if p, ok := e.Err.(core.Problems); ok {
			problems = p
		}
		if e.Remedy != tt.remedy || (tt.field != "") != (len(problems) == 1) || len(problems) == 1 && problems[0].Field != tt.field || strings.Contains(e.Message, "one-time") {
			t.Errorf("%s: %v, remedy %s, problems %v", tt.name, e, e.Remedy, problems)
		}
	}
	if n := len(up.issued()); n != 0 {
		t.Errorf("%d tickets were asked for", n)
	}
	up.refuses(&core.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, Message: "the IP is not on the whitelist; add it", Code: 40164, CallerIP: "203.0.113.9"})
	_, err := r.client.Sign(t.Context(), api.Ref{Name: "shop"}, api.SignRequest{URL: page})
	if e := wantClass(t, err, core.Whitelist); e.Code != 40164 || e.CallerIP != "203.0.113.9" {
		t.Errorf("upstream's refusal: %+v", e)
	}
	up.refuses(nil)
	w.pass(5 * time.Second)
	if _, err := r.client.Sign(t.Context(), api.Ref{Name: "shop"}, api.SignRequest{URL: page, Person: true}); err != nil {
		t.Errorf("a person's next try: %v", err)
	}
}

// A ticket goes with its account, and with the AppID.
func TestTicketsGoWithTheirAccount(t *testing.T) {
	w, up := ticketWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	sign := func() {
		t.Helper()
		if _, err := r.client.Sign(t.Context(), api.Ref{Name: "shop"}, api.SignRequest{URL: page}); err != nil {
			t.Fatal(err)
		}
	}
	sign()
	if _, err := r.client.Edit(t.Context(), api.Ref{Name: "shop"}, api.AccountInput{Input: core.Input{AppID: ptr("wx00000000000000bb")}}); err != nil {
		t.Fatal(err)
	}
	sign()
	if n := len(up.issued()); n != 2 {
		t.Errorf("%d tickets for two AppIDs", n)
	}
	if err := r.client.Remove(t.Context(), api.Ref{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	if kept, err := r.parts.Store.Tickets(); err != nil || len(kept) != 0 {
		t.Errorf("tickets of nobody: %v, %v", kept, err)
	}
}

// No ticket fetches a token of a live account whose owner has not allowed it.
func TestSignGuardsLiveTokens(t *testing.T) {
	w, up := ticketWorld(t)
	r := w.start()
	in := input("shop", core.Live, appID)
	in.Kind = ptr(core.Kind("wechat-legacy"))
	if _, err := r.client.Add(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	live := api.Ref{Name: "shop", Env: core.Live}
	_, err := r.client.Sign(t.Context(), live, api.SignRequest{URL: page, Person: true})
	if e := wantClass(t, err, core.Misuse); e.Remedy != core.RemedyAllowLive || up.count() != 0 {
		t.Errorf("%v, remedy %s, %d fetches", e, e.Remedy, up.count())
	}
	if _, err := r.client.Refresh(t.Context(), live, api.RefreshRequest{Force: true, Person: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.Sign(t.Context(), live, api.SignRequest{URL: page}); err != nil || up.count() != 1 {
		t.Errorf("with the token that is there: %v, %d fetches", err, up.count())
	}
}

// Over the loopback the same, with a client key.
func TestSignOverTheDoor(t *testing.T) {
	w, up := ticketWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	base := r.openDoor()
	made, err := r.client.AddClientKey(t.Context(), api.ClientKeyInput{Name: "page"})
	if err != nil {
		t.Fatal(err)
	}
	status, body := r.ask(base, http.MethodPost, "/v1/sign/shop", made.Key, map[string]any{"url": page, "nonce": "n", "timestamp": 7})
	said := fmt.Sprint(body)
	want := jssdk.Signing{Nonce: "n", Timestamp: 7, URL: "https://shop.example.com/a?code=one-time"}.Signature(up.issued()[0])
	if status != http.StatusOK || !strings.Contains(said, want) || strings.Contains(said, up.issued()[0]) {
		t.Errorf("%d %s", status, said)
	}
	if status, body := r.ask(base, http.MethodPost, "/v1/sign/shop", made.Key, map[string]any{"url": page, "reveal": true}); status != http.StatusBadRequest {
		t.Errorf("revealed to a client: %d %v", status, body)
	}
}
