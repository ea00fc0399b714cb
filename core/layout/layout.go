package layout

import (
	"slices"
	"time"
)

// App is the family of apps that a token is for.
type App string

// The families.
const (
	Official   App = "official-account" // Official Accounts
	Mini       App = "mini-program"     // Mini Programs
	Work       App = "work"             // WeCom
	Component  App = "component"        // third-party platforms
	Authorizer App = "authorizer"       // apps that authorized a third-party platform
	Suite      App = "suite"            // WeCom's third-party suites
	Provider   App = "provider"         // WeCom's service providers
	Channel    App = "channel"          // WeChat Channels shops
	Any        App = ""                 // all of them
)

// Form is how a value holds the token.
type Form string

// The forms.
const (
	Raw        Form = "raw"         // the token itself
	JSONText   Form = "json-text"   // the token as a JSON text, in quotes
	JSONObject Form = "json"        // {"access_token","expires_in"}
	Senparc    Form = "senparc"     // Senparc's bag, in JSON, with the time of expiry
	PHPText    Form = "php-text"    // s:N:"…"; as PHP serializes a text
	PHPArray   Form = "php-array"   // the same of an array with access_token
	Hash       Form = "hash"        // a Redis hash with the fields value and expire (ms)
	BagInHash  Form = "senparc-bag" // Senparc's bag as a field of a Redis hash
	Extracted  Form = "extracted"   // another codec, in which the token is searched
)

// Layout is how an SDK keeps the tokens of a family of apps. It is data.
type Layout struct {
	ID  string // names the SDK and its way of storing; the same for all families
	SDK string // as its authors call it
	App App
	// Prefix precedes the key unless an app has set another one, with the separator.
	Prefix string
	// Template is the rest of the key. {appid}, {agent}, {component}, {secret},
	// {secret10} (its first ten characters), {stable} (0 or 1) and {digest} are
	// placeholders. Parts in brackets are left out if there is no agent. Empty:
	// every app has a key of its own.
	Template string
	// Digest is the text of which {digest} is the MD5, in hexadecimal.
	Digest string
	Form   Form
	// Expiry is the template of a second key, with the time of expiry in ExpiryUnit
	// since 1970; empty: there is none.
	Expiry     string
	ExpiryUnit time.Duration
	// Margin is how long before its token an entry of the SDK's own ends.
	Margin time.Duration
	// Writable: the SDK accepts an entry made by Write. It ends Reserve before its
	// token.
	Writable bool
	Reserve  time.Duration
	// Lock is the template of the key that the SDK holds while it fetches; empty: it holds
	// none.
	Lock string
}

// MaxLife is the longest life of a token of any of these platforms.
const MaxLife = 2 * time.Hour

// MaxValue is how many bytes of a value are read. Every entry of an SDK is shorter.
const MaxValue = 64 << 10

// margins of SDKs.
const (
	silenceperMargin = 1500 * time.Second
	stableMargin     = 300 * time.Second
	wxjavaMargin     = 200 * time.Second
)

// All lists the layouts, those of one SDK together.
func All() []Layout {
	return slices.Concat(silenceper(), powerwechat(), wxjava(), redisson(), senparc(), easywechat(), wechatpy(), plain())
}

// IDs lists the names of the layouts, each once.
func IDs() []string {
	var out []string
	for _, l := range All() {
		if !slices.Contains(out, l.ID) {
			out = append(out, l.ID)
		}
	}
	return out
}

// WritableIDs lists the names of those that can be written.
func WritableIDs() []string {
	var out []string
	for _, l := range All() {
		if l.Writable && !slices.Contains(out, l.ID) {
			out = append(out, l.ID)
		}
	}
	return out
}

// Of is the layout of a name for a family of apps; false if the SDK has none.
func Of(id string, app App) (Layout, bool) {
	for _, l := range All() {
		if l.ID == id && (l.App == app || l.App == Any) {
			return l, true
		}
	}
	return Layout{}, false
}

// Own reports whether each app has a key of its own that cannot be derived.
func (l Layout) Own() bool { return l.Template == "" }
