package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Quotas of upstream, from its documentation: calls for a token in a day of Beijing,
// and stable_token's own.
const (
	legacyPerDay     = 2000
	legacyPerDayTest = 200
	stablePerDay     = 500_000
	callsPerMinute   = 10_000
	forcedPerDay     = 20
	forcedGap        = 30 * time.Second
)

// Account is an account as upstream's console would show it.
type Account struct {
	AppID string
	// Agent makes it an application of WeCom, whose corp has the AppID as its
	// CorpID: the AgentId, or a word for a secret without one. Empty: it is
	// WeChat's.
	Agent   string
	Client  *Client // makes it a client of an OAuth 2.0 server; nil: it is none
	Secret  core.Secret
	Product core.Product
	Life    time.Duration // of its tokens; 0 means the simulator's
	// TicketLife is how long its tickets live; 0 means as long as its tokens.
	TicketLife time.Duration
	// Whitelist holds addresses, prefixes as 203.0.113.0/24 and patterns as
	// 203.0.113.*. Empty admits everybody.
	Whitelist []string
	// CallerIP is the address as which callers on this machine appear; empty means
	// the simulator's.
	CallerIP string
	Frozen   bool // the secret is frozen: 40243
	// LegacyPerDay and PerMinute change the quotas; 0 means upstream's.
	LegacyPerDay int
	PerMinute    int
	// Platform makes it an account of another platform: feishu, dingtalk and the others
	// of platforms. Empty: it is WeChat's or WeCom's.
	Platform string
	// Repeat is what asking again does, for WeCom, clients and the other platforms;
	// for an account of WeChat, what asking its team's server again does. Empty means
	// their usual behaviour.
	Repeat core.Repeat
	// TextLife and TokenBytes are for other platforms: whether a life is written as
	// a text, and how long a token is; 0 means as usual.
	TextLife   bool
	TokenBytes int
	// Dead is the answer to a call with a dead token of the account, Refused the one to a
	// call for a token that is refused, for other platforms; nil means as usual.
	Dead, Refused *Answer
	// Central is how a team's token server for the account answers.
	Central Central
	Faults  Faults
}

// Answer is an answer as it is sent.
type Answer struct {
	Status int             `json:"status"` // of HTTP; 0 means 200
	Body   json.RawMessage `json:"body"`   // JSON; empty: no body
}

func (a *Answer) valid() bool {
	return a == nil || (a.Status == 0 || a.Status >= 200 && a.Status <= 599) && (len(a.Body) == 0 || json.Valid(a.Body))
}

// Faults are what goes wrong before upstream examines a call. A call that goes wrong
// makes no token.
type Faults struct {
	ErrorPercent float64       // of calls that are answered -1 system error
	Outage       bool          // connections are cut without an answer
	Latency      time.Duration // before the answer
	HTML         bool          // answers are a gateway's page, HTTP 502
	Code         int           // every answer has this errcode
	Error        string        // of OAuth 2.0: every answer has this error
}

// account is an account with its tokens and counters.
type account struct {
	Account
	stable, legacy space
	retired        []minted // lately dead, the oldest first
	issued         []minted // of another platform, a client or a team's server, the newest first
	calls          map[string]int
	minted         int
	tickets        map[string]*space // by the path that returns them
	ticketN        int               // calls for tickets in ticketHour
	ticketHour     int64

	day        string // of the counters below
	legacyN    int
	stableN    int
	forcedN    int
	dayN       map[string]int // calls by path
	month      string         // of the counter below
	resets     int
	lastForced time.Time
	minute     int64
	minuteN    map[string]int
}

// Put adds an account, or changes one and leaves its tokens and counters.
func (s *Server) Put(a Account) error {
	if a.AppID == "" || a.Secret.Empty() {
		return errors.New("an account needs an appid and a secret; name both")
	}
	if a.TicketLife < 0 || a.TicketLife > 30*24*time.Hour || a.TicketLife != 0 && a.TicketLife < time.Second {
		return errors.New("a ticket lives from 1 second to 30 days; change ticket_life")
	}
	if a.Life < 0 || a.Life > 30*24*time.Hour || a.Life != 0 && a.Life < time.Second {
		return errors.New("a token lives from 1 second to 30 days; change the life")
	}
	for _, w := range a.Whitelist {
		if !validEntry(w) {
			return errors.New("a whitelist entry is no address, prefix or pattern; write it as 203.0.113.7, 203.0.113.0/24 or 203.0.113.*")
		}
	}
	if _, err := netip.ParseAddr(a.CallerIP); err != nil && a.CallerIP != "" {
		return errors.New("the caller's IP is no address; correct it")
	}
	check := a.checkPlatform
	if a.Client != nil {
		check = a.checkClient
	}
	if err := check(); err != nil {
		return err
	}
	if !slices.Contains(centrals(), a.Central) {
		return fmt.Errorf("a team's server answers in one of the forms %q; change central", centrals())
	}
	a.Whitelist = slices.Clone(a.Whitelist)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.accounts[a.Key()]; old != nil {
		old.Account = a
		return nil
	}
	if s.add(a) == nil {
		return errors.New("too many accounts; remove some")
	}
	return nil
}

// checkPlatform says what is wrong with the fields for WeCom and other platforms.
func (a Account) checkPlatform() error {
	switch {
	case a.Platform != "" && (a.Agent != "" || !slices.Contains(platformNames(), a.Platform)):
		return fmt.Errorf("the platform is one of %q, without an agent; change platform", platformNames())
	case a.Platform != "" && a.Repeat != "" && !slices.Contains(core.Repeats(), a.Repeat):
		return fmt.Errorf("asking again does one of %q; change repeat", core.Repeats())
	case a.Platform == "" && a.Agent != "" && !slices.Contains(wecomRepeats(), a.Repeat):
		return fmt.Errorf("asking WeCom again does one of %q; change repeat", wecomRepeats())
	case a.Platform == "" && a.Agent == "" && !slices.Contains(centralRepeats(), a.Repeat):
		return fmt.Errorf("asking the team's server of an account of WeChat again does one of %q; change repeat", centralRepeats())
	case a.TokenBytes < 0 || a.TokenBytes > 64<<10 || a.Platform == "" && (a.TokenBytes != 0 || a.TextLife):
		return errors.New("text_life and token_bytes, from 1 to 65536, are of other platforms; change them")
	}
	if a.Platform == "" && (a.Dead != nil || a.Refused != nil) || !a.Dead.valid() || !a.Refused.valid() {
		return errors.New("dead and refused, a status from 200 to 599 and a body of JSON, are of other platforms; change them")
	}
	return nil
}

// add keeps a new account, or returns nil when there are too many. s.mu is held.
func (s *Server) add(a Account) *account {
	if len(s.accounts) >= maxAccounts {
		return nil
	}
	acc := &account{Account: a, calls: map[string]int{}, dayN: map[string]int{}, minuteN: map[string]int{}}
	s.accounts[a.Key()] = acc
	return acc
}

// Remove, SetFaults, Calls, Minted, Accepts, Revoke and Break name an account by its
// Key: the AppID, and for an application of WeCom CorpID/agent.

// Remove forgets an account and its tokens, and reports whether it was there.
func (s *Server) Remove(appid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.accounts[appid]
	if acc == nil {
		return false
	}
	delete(s.accounts, appid)
	for token, owner := range s.owners {
		if owner == acc {
			delete(s.owners, token)
		}
	}
	return true
}

// SetFaults changes the faults of one account or, with an empty AppID, those of
// all, and reports whether there is such an account.
func (s *Server) SetFaults(appid string, f Faults) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if appid == "" {
		s.faults = f
		return true
	}
	acc := s.accounts[appid]
	if acc != nil {
		acc.Faults = f
	}
	return acc != nil
}

// Calls counts the calls of an account to a path, failed ones too. An empty
// path counts all paths. Calls for no known account are counted under the empty
// AppID.
func (s *Server) Calls(appid, path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.unknown
	if appid != "" {
		acc := s.accounts[appid]
		if acc == nil {
			return 0
		}
		counts = acc.calls
	}
	if path != "" {
		return counts[path]
	}
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// Minted counts the tokens made for an account.
func (s *Server) Minted(appid string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if acc := s.accounts[appid]; acc != nil {
		return acc.minted
	}
	return 0
}

// life is how long the account's tokens live.
func (s *Server) life(a *account) time.Duration {
	if a.Life > 0 {
		return a.Life
	}
	return s.cfg.Life
}

// beijing is where WeChat's days begin. China keeps no summer time.
const beijing core.Zone = "+08:00"

// turn begins a new day or minute of the counters.
func (a *account) turn(now time.Time) {
	if day := beijing.Day(now); day != a.day {
		a.day, a.legacyN, a.stableN, a.forcedN = day, 0, 0, 0
		clear(a.dayN)
	}
	if m := now.Unix() / 60; m != a.minute {
		a.minute = m
		clear(a.minuteN)
	}
}

// overMinute counts a call to path and reports whether it is one too many in
// this minute.
func (a *account) overMinute(path string) bool {
	a.minuteN[path]++
	limit := callsPerMinute
	if a.PerMinute > 0 {
		limit = a.PerMinute
	}
	return a.minuteN[path] > limit
}

// legacyLimit is how many legacy tokens upstream gives in a day.
func (a *account) legacyLimit() int {
	switch {
	case a.LegacyPerDay > 0:
		return a.LegacyPerDay
	case a.Product == kinds.ProductTest:
		return legacyPerDayTest
	}
	return legacyPerDay
}

// allows reports whether the account's whitelist lets ip in.
func (a *account) allows(ip netip.Addr) bool {
	return len(a.Whitelist) == 0 || slices.ContainsFunc(a.Whitelist, func(entry string) bool {
		if head, ok := strings.CutSuffix(entry, "*"); ok {
			return strings.HasPrefix(ip.String(), head)
		}
		if p, err := netip.ParsePrefix(entry); err == nil {
			return p.Contains(ip)
		}
		one, err := netip.ParseAddr(entry)
		return err == nil && one.Unmap() == ip
	})
}

// validEntry reports whether entry is valid in a whitelist.
func validEntry(entry string) bool {
	if head, ok := strings.CutSuffix(entry, ".*"); ok {
		parts := strings.Split(head, ".")
		return len(parts) == 3 && !slices.ContainsFunc(parts, func(p string) bool {
			_, err := strconv.ParseUint(p, 10, 8)
			return err != nil
		})
	}
	if _, err := netip.ParsePrefix(entry); err == nil {
		return true
	}
	_, err := netip.ParseAddr(entry)
	return err == nil
}
