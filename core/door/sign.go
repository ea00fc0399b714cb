package door

import (
	"bytes"
	"errors"
	"net/http"

	"tokentray/core/api"
)

// signRequest is what a client may ask about a signature. It cannot ask for the
// string with the ticket in it, as a person can.
type signRequest struct {
	URL       string `json:"url"`
	Ticket    string `json:"ticket"`
	Nonce     string `json:"nonce"`
	Timestamp int64  `json:"timestamp"`
}

// sign serves the signature of a page's address. With a living ticket it costs
// nothing; else it can lead to a call, like a token that must be fetched.
func (v *visit) sign(name, env string) {
	raw, ok := v.wholeBody()
	if !ok {
		return
	}
	ref, ok := v.ref(name, env)
	if !ok {
		return
	}
	var in signRequest
	if err := api.Decode(bytes.NewReader(raw), false, &in); err != nil {
		v.failed(err)
		return
	}
	ctx := v.r.Context()
	if !v.d.cfg.Agent.HasTicket(ref, in.Ticket) {
		if wait := v.client.costly.Wait(v.now); wait > 0 {
			v.slower(errSlower(v.now.Add(wait)))
			return
		}
		waiting, done, err := v.wait(ctx)
		if err != nil {
			v.failedOr(err)
			return
		}
		defer done()
		ctx = waiting
	}
	out, err := v.d.cfg.Agent.Sign(ctx, ref, api.SignRequest{URL: in.URL, Ticket: in.Ticket, Nonce: in.Nonce, Timestamp: in.Timestamp})
	if err != nil {
		v.failedOr(err)
		return
	}
	if v.revoked() {
		return
	}
	v.answer(out)
}

// wholeBody reads the body, or answers why it cannot be read.
func (v *visit) wholeBody() ([]byte, bool) {
	raw, err := v.readBody()
	switch {
	case errors.Is(err, errTooBig):
		v.fail(http.StatusRequestEntityTooLarge, api.Invalid("the body is over %d bytes", maxBody))
	case errors.Is(err, errTooSlow):
		v.fail(http.StatusRequestTimeout, api.Invalid("the body did not come in time"))
	case err != nil:
		v.failed(api.Invalid("the body is cut short or its chunks are malformed; send it whole"))
	}
	return raw, err == nil
}
