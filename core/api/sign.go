package api

import (
	"context"
	"net/http"
	"time"

	"tokentray/core"
)

// SignCalls sign the addresses of pages for the JS-SDK.
type SignCalls interface {
	// Sign signs with a ticket of the account, and fetches the ticket first if need
	// be. It fetches no token unless the account's owner allows that. An address
	// that cannot be signed is Invalid, with a problem of the field url.
	Sign(ctx context.Context, ref Ref, req SignRequest) (Signature, error)
}

// SignRequest asks for the signature of a page's address.
type SignRequest struct {
	URL string `json:"url"`
	// Ticket names one of the account's tickets; empty means the first.
	Ticket string `json:"ticket,omitempty"`
	// Nonce and Timestamp, in unix seconds, repeat an earlier signature; left out,
	// they are new.
	Nonce     string `json:"nonce,omitempty"`
	Timestamp int64  `json:"timestamp,omitempty"`
	// Reveal asks for Text; Copy puts it on the clipboard, concealed and cleared
	// like a token, and leaves it out of the answer. Renew asks upstream for the
	// ticket even if the one at hand lives. Person is set when a person waits: a
	// failed call is tried again at once.
	Reveal bool `json:"reveal,omitempty"`
	Copy   bool `json:"copy,omitempty"`
	Renew  bool `json:"renew,omitempty"`
	Person bool `json:"person,omitempty"`
	// Agent is the name of the AI agent that asks: it needs a grant for the account.
	Agent string `json:"agent,omitempty"`
}

// Signature is what a page needs for the JS-SDK.
type Signature struct {
	Account string   `json:"account"`
	Env     core.Env `json:"env"`
	AppID   string   `json:"appid"`
	Ticket  string   `json:"ticket"` // its name
	// URL is what was signed: the address without its fragment. Browser is how a
	// browser writes it, if differently, and Hints tell what makes signatures of
	// such an address invalid.
	URL       string     `json:"url"`
	Browser   string     `json:"browser,omitempty"`
	Hints     []SignHint `json:"hints,omitempty"`
	Nonce     string     `json:"nonce"`
	Timestamp int64      `json:"timestamp"`
	Signature string     `json:"signature"`
	// Signed is the string that was signed, with the ticket masked. Text contains
	// the ticket, which is as secret as a token.
	Signed string `json:"signed"`
	Text   string `json:"text,omitempty"`
	// Call is the function of the page, Config its argument, and Script the whole
	// call to paste.
	Call   string         `json:"call"`
	Config map[string]any `json:"config"`
	Script string         `json:"script"`
	// Checker is upstream's page for checking such signatures.
	Checker   string    `json:"checker,omitempty"`
	ExpiresAt time.Time `json:"ticket_expires_at"`
	// Clipboard describes the copy, with Copy.
	Clipboard *Clipboard `json:"clipboard,omitempty"`
}

// FormatSigned is Clipboard.Format for the string that was signed.
const FormatSigned = "signed"

// SignHint is a property of an address that makes its signature invalid.
type SignHint struct {
	Key     string `json:"key"`
	Detail  string `json:"detail,omitempty"` // the part that is odd
	Message string `json:"message"`          // English
}

// Sign implements Agent.
func (c *Client) Sign(ctx context.Context, ref Ref, req SignRequest) (Signature, error) {
	return callRef[Signature](ctx, c, http.MethodPost, "sign", ref, "", req)
}
