package sim

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"tokentray/core/kinds"
)

// The calls for tickets: WeChat's one, and WeCom's for the corp and for an
// application.
const (
	pathTicket      = "/cgi-bin/ticket/getticket"
	pathCorpTicket  = "/cgi-bin/get_jsapi_ticket"
	pathAgentTicket = "/cgi-bin/ticket/get"
)

// ticketsPerHour is how often WeCom gives an application a ticket.
const ticketsPerHour = 100

// serveTicket returns the ticket of a token's account: the same one until its last
// moments, and those before live to their own end. What a repeated call does is not
// documented; users saw that it kills no earlier ticket.
func (s *Server) serveTicket(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("access_token")
	acc, f, going := s.begin(w, r, func() *account { return s.owners[token] })
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	ip := s.callerOf(r, acc)
	code := f.Code
	if code == 0 {
		code = acc.ticketCode(token, ip, r, now)
	}
	switch {
	case code != 0 && r.URL.Path != pathTicket:
		refuseWeCom(w, code, ip)
		return
	case code != 0:
		s.refuse(w, r, acc, code, ip, now)
		return
	}
	ticket := s.ticket(acc, r.URL.Path, now)
	out := struct {
		refusal
		Ticket  string `json:"ticket"`
		Expires int64  `json:"expires_in"`
	}{refusal{0, "ok"}, ticket.value, int64(ticket.expires.Sub(now) / time.Second)}
	if acc.ofWeCom() {
		answerWeCom(w, out)
	} else {
		answer(w, out)
	}
}

// ticketCode is the errcode for a call for a ticket, 0 when it is valid.
func (a *account) ticketCode(token string, ip netip.Addr, r *http.Request, now time.Time) int {
	path, kind := r.URL.Path, r.URL.Query().Get("type")
	if path == pathTicket {
		switch {
		case kind != "jsapi":
			return 40097 // bad parameter
		case a.ofWeCom():
			return 40001
		}
		if code := checkCode(a, token, ip, path, now); code != 0 {
			return code
		}
		if a.Product == kinds.ProductMini {
			return 48001
		}
		return 0
	}
	switch {
	case token == "":
		return 41001
	case !a.ofWeCom():
		return 40014
	case path == pathAgentTicket && kind != "agent_config":
		return 40035
	}
	if code := a.wecomCheck(token, ip, path, now); code != 0 {
		return code
	}
	if hour := now.Unix() / 3600; a.ticketHour != hour {
		a.ticketHour, a.ticketN = hour, 0
	}
	if a.ticketN++; a.ticketN > ticketsPerHour {
		return 45009
	}
	return 0
}

// ticket is the account's ticket of a path. s.mu is held.
func (s *Server) ticket(a *account, path string, now time.Time) minted {
	life := a.TicketLife
	if life == 0 {
		life = s.life(a)
	}
	if a.tickets == nil {
		a.tickets = map[string]*space{}
	}
	sp := a.tickets[path]
	if sp == nil {
		sp = &space{}
		a.tickets[path] = sp
	}
	window := windowOf(life)
	if a.ofWeCom() {
		window = time.Second // as its tokens: the same until it ends
	}
	if !sp.current.inTime(now) || sp.current.expires.Sub(now) < window {
		sp.previous = sp.current
		sp.current = minted{value: a.newTicket(), expires: now.Add(life), dies: now.Add(life)}
	}
	return sp.current
}

// newTicket is of the length of real ones: 86 characters, WeCom's with padding.
func (a *account) newTicket() string {
	b := make([]byte, 64)
	rand.Read(b) // never fails, see crypto/rand
	if a.ofWeCom() {
		return base64.StdEncoding.EncodeToString(b)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Signed reports whether a living ticket of the account signs a page's address in
// this way, as upstream checks when a page calls. The account is named by its Key.
func (s *Server) Signed(appid, nonce string, timestamp int64, url, signature string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.accounts[appid]
	if acc == nil {
		return false
	}
	right := false
	for _, sp := range acc.tickets {
		for _, t := range []minted{sp.current, sp.previous} {
			text := "jsapi_ticket=" + t.value + "&noncestr=" + nonce + "&timestamp=" + fmt.Sprint(timestamp) + "&url=" + url
			sum := sha1.Sum([]byte(text))
			if t.inTime(s.now()) && subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(signature)) == 1 {
				right = true
			}
		}
	}
	return right
}

// DropTickets makes upstream forget the tickets of an account, as when its secret is
// reset, and reports whether the account is there.
func (s *Server) DropTickets(appid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.accounts[appid]
	if acc != nil {
		acc.tickets = nil
	}
	return acc != nil
}
