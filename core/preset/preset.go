package preset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Preset is a kind of token described by data. Parse makes one; its values are then
// valid.
type Preset struct {
	Kind       core.Kind
	Label      kinds.Label
	Names      []string // words in imported names that speak of it
	ID, Secret Input    // the names of its AppID and its secret

	Request  Request
	Answer   upstream.Shape
	Refusals map[string][]string // codes by meaning; see rules

	Repeat       core.Repeat
	RenewBefore  time.Duration
	OldLives     time.Duration // the remaining life of a replaced token
	Use          kinds.Place
	APIHost      string // where calls go; empty: where the token comes from
	Dead         []kinds.Answer
	Works        []kinds.Answer // of calls that worked, beside the code 0
	Check        string         // the path of a call that changes nothing
	Reads        []kinds.Pattern
	Closed       []kinds.Pattern
	Samples      []kinds.Folder
	Console      string
	Quota        int // calls for a token in a day; 0: unknown
	Day          core.Zone
	File         []byte // the file
	ownOfVersion bool
}

// Input is the name of one of the two things that a person enters.
type Input struct {
	Label kinds.Label
	Hint  string
	Names []string // in imported files, in lower case and without separators
}

// Request is the one call that brings a token. Placeholders in Fields, Headers and
// Path are filled in when it is made.
type Request struct {
	Method   string
	Base     string // scheme and host
	Path     string
	Hosts    map[core.Env]string // in place of Base
	Encoding Encoding
	Fields   []Field
	Headers  []Field
}

// Encoding is how the fields of a request are sent.
type Encoding string

// The encodings.
const (
	Query Encoding = "query"
	Form  Encoding = "form"
	JSON  Encoding = "json"
)

// Field is a name with its value, or a header. In JSON a value that is no text is
// sent as it is written.
type Field struct {
	Name, Value string
	Bare        bool // a number or true or false, in JSON
}

// The placeholders.
const (
	holdID     = "{{appid}}"
	holdSecret = "{{secret}}"
)

// Own reports whether a user described the preset.
func (p Preset) Own() bool { return !p.ownOfVersion }

// Hosts are all hosts that a preset names, where secrets or tokens go: scheme and
// host of the request, in each environment, and of calls.
func (p Preset) Hosts() []string {
	out := []string{p.Request.Base}
	for _, env := range []core.Env{core.Sandbox, core.Live} {
		if base := p.Request.Hosts[env]; base != "" {
			out = append(out, base)
		}
	}
	if p.APIHost != "" {
		out = append(out, p.APIHost)
	}
	return out
}

// Fingerprint identifies what a preset asks and where its secret and its tokens go.
// Two presets with one fingerprint may get the same secrets.
func (p Preset) Fingerprint() string {
	raw, _ := json.Marshal(struct { // strings and maps of them always marshal
		Request Request
		API     string
		Use     kinds.Place
	}{p.Request, p.APIHost, p.Use})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// The life of most tokens is two hours, and upstreams give another one in the last
// minutes.
const renewBefore = 5 * time.Minute

// Spec is the kind that the preset describes.
func (p Preset) Spec() kinds.Spec {
	s := kinds.Spec{
		Kind: p.Kind, Label: p.Label, Names: p.Names,
		Fields: []kinds.Field{
			{
				Key: kinds.AppID, Label: p.ID.Label, Input: kinds.Text, Required: true, Hint: p.ID.Hint, Names: p.ID.Names,
				Checks: []kinds.Check{{Match: `^[!-~]{1,128}$`, Problem: kinds.ProblemAppIDChars, Says: "holds blanks, invisible characters or others than ASCII, or is too long; copy it again"}},
			},
			{
				Key: kinds.Secret, Label: p.Secret.Label, Input: kinds.SecretText, Required: true, Hint: p.Secret.Hint, Names: p.Secret.Names,
				Checks: []kinds.Check{{Match: `^[!-~]+$`, Problem: kinds.ProblemSecretChars, Says: "holds blanks, invisible characters or others than ASCII inside; copy it again"}},
			},
			{Key: kinds.BaseURL, Input: kinds.URL, Rare: true, Names: []string{"baseurl", "apihost", "apihosturl", "apibase", "apibaseurl", "baseuri", "apidomain", "apiserver", "apiendpoint", "apigateway", "apiaddress"}},
			{Key: kinds.APIURL, Input: kinds.URL, Rare: true, Hint: "https://api…"},
		},
		BaseURL: p.Request.Base, BaseURLs: p.Request.Hosts,
		ConsoleURL: p.Console, DayQuota: p.Quota,
		Traits: core.Traits{
			Repeat: p.Repeat, Window: p.RenewBefore, Overlap: p.OldLives, Day: p.Day,
			Anytime: p.Repeat == core.RepeatNewAllLive || p.Repeat == core.RepeatSameRenewed,
		},
		Token: p.Use, APIBase: p.APIHost, TryPath: p.Check,
		Samples: p.Samples, Dead: p.Dead, Works: p.Works, Reads: p.Reads,
		// The answer with a token is as secret as the token.
		Closed: append([]kinds.Pattern{{Path: strings.ReplaceAll(p.Request.Path, holdID, "*")}}, p.Closed...),
	}
	for _, host := range p.Hosts() {
		if u, err := url.Parse(host); err == nil {
			s.Hosts = append(s.Hosts, u.Hostname())
		}
	}
	if p.Own() {
		s.Request = p.Fingerprint()
	}
	return s
}
