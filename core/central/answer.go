package central

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// answer is the server's answer: a grant, a refusal with its rule, or something
// unusable.
type answer struct {
	grant core.Grant
	rule  *upstream.Rule
	code  int          // errcode of WeChat's form
	text  string       // the server's words, to be cleaned before they are shown
	odd   string       // why it is unusable; it quotes nothing
	gap   upstream.Gap // what it lacks, instead of odd
	cause error
}

// errBare marks an answer without a token that is no refusal either: a report was
// accepted.
var errBare = errors.New("no token, and no refusal")

func isBare(err error) bool { return errors.Is(err, errBare) }

// read reads an answer; the token's life counts from now.
func (c call) read(reply upstream.Reply, now time.Time) answer {
	if served, err := http.ParseTime(reply.Header.Get("Date")); err == nil {
		now = served // the answer's times are by the server's clock
	}
	if c.answer == kinds.AnswerText && reply.Status < 300 {
		return c.readText(reply.Body)
	}
	d, reason := upstream.ReadDocument(reply.Body)
	switch {
	case reason != "" && reply.Status < 300:
		return bareOr(answer{odd: reason}, len(bytes.TrimSpace(reply.Body)) == 0)
	case reason != "":
		return refused(reply, 0, "")
	}
	code := 0
	if text, ok := d.At("errcode").Text(); ok && c.answer != kinds.AnswerJSON {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return answer{odd: "an errcode that is no number"}
		}
		code = n
	}
	if code != 0 || reply.Status >= 300 {
		return refused(reply, code, words(d))
	}
	return c.readToken(d, reply.Header, now)
}

// bareOr is an answer, marked if it is no refusal either.
func bareOr(a answer, bare bool) answer {
	if bare {
		a.cause = errBare
	}
	return a
}

// readText reads a body that is a token and nothing else.
func (c call) readText(body []byte) answer {
	token := string(bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	switch fault := upstream.TokenFault(token); {
	case strings.HasPrefix(token, "<"):
		return answer{odd: "a web page"}
	case strings.HasPrefix(token, "{"):
		return answer{odd: "JSON, where the token alone should be"}
	case fault == upstream.TokenMissing:
		return bareOr(answer{odd: "an empty answer"}, true)
	case fault != "":
		return answer{odd: "a text that " + fault}
	}
	return answer{grant: core.Grant{Value: token, ExpiresIn: c.polled()}}
}

// readToken reads a token and its life in JSON.
func (c call) readToken(d upstream.Document, header http.Header, now time.Time) answer {
	at, ends := upstream.Path("access_token"), []upstream.Path{"expires_in", "expires_at", "expires_at_unix"}
	if c.answer == kinds.AnswerJSON {
		if c.tokenPath != "" {
			at = c.tokenPath
		}
		if ends = nil; c.lifePath != "" {
			ends = []upstream.Path{c.lifePath}
		}
	}
	token, fault := d.At(at).Token()
	switch fault {
	case "":
	case upstream.TokenMissing:
		return bareOr(answer{gap: upstream.GapAt(core.PartToken, at, fault)}, true)
	default:
		return answer{gap: upstream.GapAt(core.PartToken, at, fault)}
	}
	a := answer{grant: core.Grant{Value: token}}
	for _, p := range ends {
		v := d.At(p)
		if v == nil {
			continue
		}
		life, reason := lifeOf(v, header, now)
		switch {
		case reason == upstream.LifeSpent:
			a.rule = &upstream.Rule{
				Class: core.Temporary, Remedy: core.RemedyServerStale, Wait: 30 * time.Second,
				Message: core.SaysServerExpired + "; ask whoever runs it",
			}
			return a
		case reason == upstream.LifeMissing:
		case reason != "":
			return answer{gap: upstream.GapAt(core.PartLife, p, reason)}
		case a.grant.ExpiresIn == 0 || life < a.grant.ExpiresIn:
			a.grant.ExpiresIn = life
		}
	}
	if a.grant.ExpiresIn == 0 {
		a.grant.ExpiresIn = c.polled()
	}
	return a
}

// polled is a life for an answer that tells none, so that the server is asked again
// after the account's time between two calls.
func (c call) polled() time.Duration {
	if 2*c.poll < kinds.CentralWindow {
		return 2 * c.poll
	}
	return c.poll + kinds.CentralWindow
}

// The smallest numbers that are moments and not lives, which last at most a year:
// seconds since 1970, or milliseconds.
const (
	unixSeconds = 1e8
	unixMillis  = 1e11
)

// lifeOf is the life that a value means at now: seconds, a moment in RFC 3339, or
// one in seconds or milliseconds since 1970. For a file, seconds count from when it
// was written. The reasons are those of upstream.Value.Life.
func lifeOf(v upstream.Value, header http.Header, now time.Time) (time.Duration, string) {
	text, _ := v.Text()
	text = strings.TrimSpace(text)
	end, err := time.Parse(time.RFC3339, text)
	if err != nil {
		n, bad := strconv.ParseFloat(text, 64)
		switch {
		case bad == nil && n >= unixMillis && n < 1000*unixMillis:
			end = time.UnixMilli(int64(n))
		case bad == nil && n >= unixSeconds && n < unixMillis:
			end = time.Unix(int64(n), 0)
		default:
			life, reason := v.Life()
			return lasting(life-age(header, now), reason)
		}
	}
	return lasting(end.Sub(now), "")
}

// lasting is a life of whole seconds, or the reason why it is none.
func lasting(life time.Duration, reason string) (time.Duration, string) {
	switch life = life.Truncate(time.Second); {
	case reason != "":
		return 0, reason
	case life <= 0:
		return 0, upstream.LifeSpent
	}
	return min(life, upstream.MaxLife), ""
}

// age is how old an answer is that comes from a file: a server that serves ranges
// says so, and when the file was written.
func age(header http.Header, now time.Time) time.Duration {
	written, err := http.ParseTime(header.Get("Last-Modified"))
	if err != nil || !strings.EqualFold(header.Get("Accept-Ranges"), "bytes") {
		return 0
	}
	return max(0, now.Sub(written))
}
