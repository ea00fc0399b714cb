package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tokentray/core"
)

// The child reads one request from its standard input and writes one answer to
// its standard output, both JSON. Nothing is in its arguments or environment.

// maxMessage bounds a request and an answer, in bytes.
const maxMessage = 4 << 20

const (
	opGet    = "get"
	opSet    = "set"
	opDelete = "delete"
)

type request struct {
	Op       string        `json:"op"`
	Service  string        `json:"service"`
	User     string        `json:"user"`
	Value    []byte        `json:"value,omitempty"`
	Attended bool          `json:"attended,omitempty"` // a prompt may be shown
	Limit    time.Duration `json:"limit"`              // the child ends itself then, in case its parent is gone
}

// outcome is the result of a request.
type outcome string

const (
	didIt       outcome = "ok"
	notThere    outcome = "not_found"
	isLocked    outcome = "locked"
	isAbsent    outcome = "unavailable"
	isTooBig    outcome = "too_big"
	noKeyringAt outcome = "no_collection" // a service without a keyring to store in
)

type answer struct {
	Outcome outcome `json:"outcome"`
	Value   []byte  `json:"value,omitempty"`
	Detail  string  `json:"detail,omitempty"` // the library's message, without secrets
}

func decodeRequest(data []byte) (request, error) {
	var r request
	if err := json.Unmarshal(data, &r); err != nil {
		return request{}, errors.New("the request is not readable") // the cause may quote the secret
	}
	switch {
	case r.Op != opGet && r.Op != opSet && r.Op != opDelete:
		return request{}, errors.New("the request is of no known kind")
	case r.Service == "" || r.User == "" || r.Limit <= 0:
		return request{}, errors.New("the request is incomplete")
	}
	return r, nil
}

func decodeAnswer(data []byte) (answer, error) {
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		return answer{}, errors.New("the answer is not readable")
	}
	switch a.Outcome {
	case didIt, notThere, isLocked, isAbsent, isTooBig, noKeyringAt:
		return a, nil
	}
	return answer{}, errors.New("the answer is of no known kind")
}

// err is the answer as an error, nil for success.
func (a answer) err() error {
	var detail error
	if a.Detail != "" {
		detail = fmt.Errorf("keyring: %s", a.Detail)
	}
	switch a.Outcome {
	case didIt:
		return nil
	case notThere:
		return notFound()
	case isLocked:
		return problem(ErrLocked, "the keyring is locked; unlock it with tokentray vault unlock", detail)
	case isTooBig:
		return problem(ErrTooBig, "the secret is too big for this system's keyring; shorten it or use a passphrase file: tokentray vault init", detail)
	case noKeyringAt:
		e := problem(ErrUnavailable, "the keyring service has no keyring to store in; make one called Login with the desktop's password manager, or use a passphrase file: tokentray vault init", detail)
		e.Remedy = core.RemedyVaultEmpty
		return e
	}
	return problem(ErrUnavailable, "there is no keyring service; start one, or use a passphrase file: tokentray vault init", detail)
}
