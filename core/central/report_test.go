package central_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/keepertest"
)

// The server is told of a token that fails by whoever was refused with it, and by a
// person's force: not by a person who asks again or an edit that is tried.
func TestWhoseReportReachesTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &reported{token: token}
		ups := upstreams(t, s)
		a := request("http://127.0.0.1", map[string]string{"stale_url": "http://127.0.0.1/refresh"}).Account
		k := keepertest.Run(t, core.Config{Upstreams: ups, Vault: keepertest.OneSecret(key)}, a)
		if _, err := k.Get(t.Context(), a.ID, 0); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			report core.Report
			told   int
		}{
			{"a client was refused", core.Report{Stale: token}, 1},
			{"a person asks again", core.Report{Person: true}, 0},
			{"a person was refused", core.Report{Stale: token, Person: true}, 1},
			{"an edit is tried", core.Report{Stale: token, Person: true, Probe: true}, 0},
			{"a person forces it", core.Report{Force: true, Person: true}, 1},
		} {
			time.Sleep(time.Minute)
			before := s.count()
			if _, err := k.Refresh(t.Context(), a.ID, c.report); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if told := s.count() - before; told != c.told {
				t.Errorf("%s: the server is told %d times, want %d", c.name, told, c.told)
			}
		}
	})
}

// reported counts the reports of a token and leaves it as it is.
type reported struct {
	mu    sync.Mutex
	token string
	n     int
}

func (s *reported) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/refresh" {
		s.n++
	}
	body := `{"access_token":"` + s.token + `","expires_in":7200}`
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (s *reported) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}
