package layout

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Value is an entry as read from Redis, its time to live before its text: if the
// entry was replaced in between, its life is too short, and never too long.
type Value struct {
	Missing bool
	// Wrong: the key holds another type than the layout's.
	Wrong bool
	// Text is a string, or the field of a hash that a bag is in. A text longer than
	// MaxValue is cut behind it.
	Text   []byte
	Fields map[string]string // of a hash with value and expire
	Left   time.Duration     // the time to live; negative: none
	Expiry []byte            // what is under ExpiryKey
}

// Entry is the token of a value.
type Entry struct {
	Token string
	Life  time.Duration // what remains, whole seconds, above zero
	// Searched: the token was found in an unknown codec, and may be incomplete.
	Searched bool
}

// Errors of values. None quotes the value.
var (
	ErrMissing = errors.New("there is no such key")
	ErrType    = errors.New("the key holds another type of value than this layout; choose the layout that the backend uses")
	ErrLong    = errors.New("the value is too long for a token")
	ErrForm    = errors.New("the value has another form than this layout; choose the layout that the backend uses")
	ErrEnded   = errors.New("the token there has expired")
	ErrNoLife  = errors.New("the entry has no time to live, so nobody knows how long its token lives")
	ErrEmpty   = errors.New("the entry was made, but holds no token yet")
	ErrSealed  = errors.New("the layout cannot be written: its values hold what only the SDK knows")
	ErrShort   = errors.New("the token lives too short a time to be written: the SDK would take it for expired")
)

// Read takes the token out of a value.
func (l Layout) Read(v Value, now time.Time) (Entry, error) {
	got, err := l.content(v)
	if err != nil {
		return Entry{}, err
	}
	life, err := l.life(v, got.end, now)
	if err != nil {
		return Entry{}, err
	}
	return Entry{Token: got.token, Life: life, Searched: l.Form == Extracted}, nil
}

// Token is the token of a value, whether it lives or not.
func (l Layout) Token(v Value) (string, error) {
	got, err := l.content(v)
	return got.token, err
}

// content is what a value that can be one of the layout's tells.
func (l Layout) content(v Value) (read, error) {
	switch {
	case v.Missing:
		return read{}, ErrMissing
	case v.Wrong:
		return read{}, ErrType
	case len(v.Text) > MaxValue, len(v.Expiry) > 64:
		return read{}, ErrLong
	}
	got, err := l.decode(v)
	if err != nil {
		return read{}, err
	}
	return got, tokenFault(got.token)
}

// read is what a value itself says.
type read struct {
	token string
	end   time.Time // zero: the value does not tell
}

// life is how long the token is known to live: the earliest of all ends.
func (l Layout) life(v Value, end, now time.Time) (time.Duration, error) {
	life, known := MaxLife, false
	if v.Left >= 0 {
		margin := l.Margin
		if l.Writable {
			margin = min(margin, l.Reserve)
		}
		life, known = min(life, v.Left+margin), true
	}
	if l.Expiry != "" {
		if at, ok := l.stored(v.Expiry); ok {
			life, known = min(life, at.Sub(now)), true
		}
	}
	if !end.IsZero() {
		life, known = min(life, end.Sub(now)), true
	}
	life = life.Truncate(time.Second)
	switch {
	case !known:
		return 0, ErrNoLife
	case life < time.Second:
		return 0, ErrEnded
	}
	return life, nil
}

// stored is the time under a second key.
func (l Layout) stored(raw []byte) (time.Time, bool) {
	n, err := strconv.ParseInt(strings.Trim(string(bytes.TrimSpace(raw)), `"`), 10, 64)
	if err != nil || n <= 0 || n > 1<<53 {
		return time.Time{}, false
	}
	if l.ExpiryUnit == time.Millisecond {
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), true
}

func (l Layout) decode(v Value) (read, error) {
	switch l.Form {
	case Raw:
		return read{token: string(v.Text)}, nil
	case JSONText:
		var token string
		if json.Unmarshal(v.Text, &token) != nil {
			return read{}, ErrForm
		}
		return read{token: token}, nil
	case JSONObject:
		return decodeObject(v.Text)
	case Senparc, BagInHash:
		return decodeBag(v.Text)
	case PHPText:
		token, rest, ok := phpText(v.Text)
		if !ok || len(rest) > 0 {
			return read{}, ErrForm
		}
		return read{token: token}, nil
	case PHPArray:
		fields, ok := phpArray(v.Text)
		if !ok {
			return read{}, ErrForm
		}
		return read{token: fields["access_token"]}, nil
	case Hash:
		return decodeHash(v.Fields)
	case Extracted:
		return read{token: search(v.Text)}, nil
	}
	return read{}, ErrForm
}

func decodeObject(text []byte) (read, error) {
	var object struct {
		Token *string `json:"access_token"`
	}
	if json.Unmarshal(text, &object) != nil || object.Token == nil {
		return read{}, ErrForm
	}
	return read{token: *object.Token}, nil
}

// decodeBag reads Senparc's bag. One of the year 1 was registered, and never had a
// token.
func decodeBag(text []byte) (read, error) {
	var bag struct {
		End    string `json:"AccessTokenExpireTime"`
		Corp   string `json:"ExpireTime"`
		Result *struct {
			Token string `json:"access_token"`
		} `json:"AccessTokenResult"`
	}
	if json.Unmarshal(text, &bag) != nil || bag.End == "" && bag.Corp == "" {
		return read{}, ErrForm
	}
	if bag.End == "" {
		bag.End = bag.Corp
	}
	end, err := time.Parse(time.RFC3339Nano, bag.End)
	if strings.HasPrefix(bag.End, "0001-") || bag.Result == nil || bag.Result.Token == "" {
		return read{}, ErrEmpty
	}
	if err != nil {
		return read{}, ErrForm
	}
	return read{bag.Result.Token, end}, nil
}

func decodeHash(fields map[string]string) (read, error) {
	ms, err := strconv.ParseInt(fields["expire"], 10, 64)
	switch {
	case fields["value"] == "":
		return read{}, ErrEmpty // it is being written, or never was
	case err != nil || ms <= 0 || ms > 1<<53:
		return read{}, ErrForm
	}
	return read{fields["value"], time.UnixMilli(ms)}, nil
}

// forms are those of tokens of WeChat and of WeCom. They are compiled when the first is
// searched for.
var forms = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{regexp.MustCompile(`[0-9]{1,4}_[A-Za-z0-9_-]{60,}`), regexp.MustCompile(`[A-Za-z0-9_-]{60,}`)}
})

// search is the longest run of bytes that has the form of a token, empty if there is
// none.
func search(text []byte) string {
	for _, form := range forms() {
		best := ""
		for _, one := range form.FindAll(text, -1) {
			if len(one) > len(best) {
				best = string(one)
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// maxToken is the most bytes of a token: as much as upstream may give.
const maxToken = 8 << 10

func tokenFault(token string) error {
	switch {
	case token == "":
		return ErrEmpty
	case len(token) > maxToken:
		return ErrLong
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return ErrForm
	case strings.HasPrefix(token, "{"), strings.HasPrefix(token, `"`), strings.HasPrefix(token, "s:") && strings.HasSuffix(token, ";"):
		return ErrForm // another layout's value
	}
	return nil
}

// Write makes the text of an entry for a token that lives for life, and the time to
// live that the entry must have.
func (l Layout) Write(token string, life time.Duration) (text string, ttl time.Duration, err error) {
	ttl = (life - l.Reserve).Truncate(time.Millisecond)
	switch {
	case !l.Writable:
		return "", 0, ErrSealed
	case tokenFault(token) != nil:
		return "", 0, tokenFault(token)
	case ttl < 2*time.Second:
		return "", 0, ErrShort
	}
	switch l.Form {
	case JSONObject:
		raw, err := json.Marshal(object{token, int64(life / time.Second)})
		return string(raw), ttl, err
	case PHPText:
		return fmt.Sprintf(`s:%d:"%s";`, len(token), token), ttl, nil
	}
	return token, ttl, nil
}

type object struct {
	Token     string `json:"access_token"`
	ExpiresIn int64  `json:"expires_in"`
}
