package api

import (
	"context"
	"net/http"

	"tokentray/core"
)

// ExplainCalls explain failed answers that a person has seen.
type ExplainCalls interface {
	// Explain says what a text with a failed answer means: JSON, a line of a log,
	// the text of an exception, or a code. It asks nobody. If the text has no code,
	// the error is Invalid with core.RemedyNoCode.
	Explain(ctx context.Context, req ExplainRequest) (Explanation, error)
}

// ExplainRequest asks what a text means.
type ExplainRequest struct {
	Text string `json:"text"`
	// Kind is the kind whose upstream said it; empty: the text tells.
	Kind core.Kind `json:"kind,omitempty"`
}

// Explanation is the meaning of a failed answer. It holds nothing else of the text.
type Explanation struct {
	Code     string `json:"code"` // upstream's: a number or a word
	RID      string `json:"rid,omitempty"`
	CallerIP string `json:"caller_ip,omitempty"`
	// Meanings are what the code can mean, the likeliest first. Each has the kind of
	// its upstream.
	Meanings []*Error `json:"meanings"`
}

// ShowDiagnosis is the wire form of a diagnosis.
func ShowDiagnosis(d core.Diagnosis) Explanation {
	out := Explanation{Code: d.Code, RID: d.RID, CallerIP: d.CallerIP, Meanings: []*Error{}}
	for _, e := range d.Meanings {
		out.Meanings = append(out.Meanings, FromError(e))
	}
	return out
}

// Explain implements Agent.
func (c *Client) Explain(ctx context.Context, req ExplainRequest) (Explanation, error) {
	return call[Explanation](ctx, c, http.MethodPost, "/v1/explain", req)
}
