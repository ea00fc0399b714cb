package sim

import (
	"net/netip"
	"time"
)

const (
	// wrongPerHour is how many wrong secrets WeCom accepts from an address in an
	// hour, according to its staff.
	wrongPerHour = 2000
	// barLasts is how long it then answers that address only 45009.
	barLasts = time.Hour
	// maxCallers bounds how many addresses are remembered.
	maxCallers = 10_000
)

// offender is an address that sent wrong secrets.
type offender struct {
	since time.Time // when the hour began
	wrong int
	until time.Time // it is barred
}

// barred reports whether an address is barred from asking for tokens. s.mu is held.
func (s *Server) barred(ip netip.Addr, now time.Time) bool {
	o := s.offenders[ip]
	return o != nil && now.Before(o.until)
}

// blame counts a wrong secret of an address, and bars it when there were too many.
// s.mu is held.
func (s *Server) blame(ip netip.Addr, now time.Time) {
	o := s.offenders[ip]
	if o == nil {
		if len(s.offenders) >= maxCallers {
			clear(s.offenders)
		}
		o = &offender{since: now}
		s.offenders[ip] = o
	}
	if now.Sub(o.since) >= time.Hour {
		o.since, o.wrong = now, 0
	}
	limit := s.cfg.WrongPerHour
	if limit <= 0 {
		limit = wrongPerHour
	}
	if o.wrong++; o.wrong >= limit {
		o.until = now.Add(barLasts)
	}
}
