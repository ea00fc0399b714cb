package doctor

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// How far the clock may differ from upstream's: a Date header has whole seconds and
// the answer takes time.
const (
	clockFine = 5 * time.Second
	clockBad  = time.Minute
)

// callTime is how long upstream may take to answer.
const callTime = 6 * time.Second

// upstream sends upstream's host a neutral request and compares clocks. Any answer
// shows that it can be reached; the request contains no account and no secret.
func (c Config) upstream(ctx context.Context) []Finding {
	host := c.Upstream
	if u, err := url.Parse(c.Upstream); err == nil && u.Host != "" {
		host = u.Host
	}
	date, took, err := c.ask(ctx)
	if err != nil {
		return []Finding{
			{Check: "upstream", Level: Warn, Says: "upstream_no", Fix: "upstream_fix", Args: []any{"host", host, "error", plain(bare(err))}},
			{Check: "clock", Level: OK, Says: "clock_unknown"},
		}
	}
	return []Finding{
		{Check: "upstream", Level: OK, Says: "upstream_ok", Args: []any{"host", host, "ms", took.Milliseconds()}},
		c.clock(date, took),
	}
}

// ask returns upstream's clock and how long the answer took.
func (c Config) ask(ctx context.Context) (date time.Time, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.Upstream, nil)
	if err != nil {
		return date, 0, err
	}
	transport := &http.Transport{Proxy: nil, DisableKeepAlives: true} // as accounts without a proxy call
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	sent := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return date, 0, err
	}
	took = time.Since(sent)
	_ = resp.Body.Close()
	date, err = http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		date = time.Time{} // it does not tell its time
	}
	return date, took, nil
}

// clock compares upstream's clock with ours at the middle of the call.
func (c Config) clock(theirs time.Time, took time.Duration) Finding {
	if theirs.IsZero() {
		return Finding{Check: "clock", Level: OK, Says: "clock_unknown"}
	}
	ours := c.Now().Round(0).Add(-took / 2)
	off := ours.Sub(theirs.Add(time.Second / 2)).Abs()
	f := Finding{Check: "clock", Args: []any{"s", int64(off.Round(time.Second) / time.Second)}}
	switch {
	case off <= clockFine:
		f.Level, f.Says = OK, "clock_ok"
		f.Args = []any{"s", int64(clockFine / time.Second)}
		return f
	case off <= clockBad:
		f.Level, f.Says = Warn, "clock_off"
	default:
		f.Level, f.Says = Fail, "clock_off"
	}
	f.Fix = "clock_fix"
	if c.GOOS != "linux" {
		f.Fix = "clock_fix_any"
	}
	return f
}

// bare drops the URL that a *url.Error repeats.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
