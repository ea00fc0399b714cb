//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// tokenMint gives out the tokens of the upstream of calls and knows which are dead.
type tokenMint struct {
	asked, current, dead atomic.Int64 // current and dead are numbers of tokens
}

func tokenOf(number int64) string {
	return "88_" + strings.Repeat("benchmarks0", 12) + strconv.FormatInt(number, 10)
}

// hand answers a request for a token: the same one while it lives.
func (m *tokenMint) hand(w http.ResponseWriter) {
	m.asked.Add(1)
	if m.current.Load() <= m.dead.Load() {
		m.current.Store(m.dead.Load() + 1)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"access_token":"`+tokenOf(m.current.Load())+`","expires_in":7200}`)
}

// refuses answers a call with a dead token, and reports whether it did.
func (m *tokenMint) refuses(w http.ResponseWriter, r *http.Request) bool {
	n := m.dead.Load()
	if n == 0 || !strings.HasSuffix(r.URL.RawQuery, tokenOf(n)) {
		return false
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`)
	return true
}

const deadCallers = 200

// deadToken has two hundred callers report a token that was killed, and counts how
// often the upstream is asked for a new one.
func (b *bench) deadToken(upstream, url string, keys []string) error {
	before, err := b.number("http://" + upstream + "/bench/kill")
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	var renewed atomic.Int64
	for i := range deadCallers {
		wait.Go(func() {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
			if err != nil {
				return
			}
			req.Header.Set("Authorization", "Bearer "+keys[i%len(keys)])
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return
			}
			defer resp.Body.Close()
			if raw, err := io.ReadAll(resp.Body); err == nil && strings.HasPrefix(string(raw), `{"menu"`) {
				renewed.Add(1)
			}
		})
	}
	wait.Wait()
	after, err := b.number("http://" + upstream + "/bench/asked")
	if err != nil {
		return err
	}
	if renewed.Load() != deadCallers {
		return fmt.Errorf("%d of %d callers with a dead token got their answer", renewed.Load(), deadCallers)
	}
	rounds := after - before
	b.report(fmt.Sprintf("%d callers with a dead token ask upstream", deadCallers), float64(rounds), "times", "once", rounds == 1)
	return nil
}

// number asks the upstream of calls for one of its numbers.
func (b *bench) number(url string) (int64, error) {
	_, raw, err := b.get(context.Background(), url)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(raw), 10, 64)
}
