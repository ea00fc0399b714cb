package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// DoorTry is a request to the loopback door as a client with a key makes it.
type DoorTry struct {
	Port int
	Key  core.Secret
	Path string     // begins with a slash; with its query
	Spec kinds.Spec // of the account: the name of the code in its answers
}

// DoorAnswer is what is kept of the answer to a DoorTry. It holds neither token nor key.
type DoorAnswer struct {
	Status    int // of HTTP
	Took      time.Duration
	ExpiresIn time.Duration // of a token that was answered; 0: none was
	Code      int           // the upstream's own, of an answer to a call
	Error     *Error        // why the door or the upstream refused
}

// maxTried is how many bytes of an answer are read.
const maxTried = 1 << 20

// TryDoor makes a request with a client key, to find out whether it works. It uses no
// proxy and follows no redirect: the key goes to this machine alone. An error means that
// there was no answer.
func TryDoor(ctx context.Context, t DoorTry) (DoorAnswer, error) {
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(t.Port))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+t.Path, nil)
	if err != nil {
		return DoorAnswer{}, &core.Error{Class: core.Invalid, Remedy: core.RemedyCallPath, Message: "the path of the call is not valid; correct it"}
	}
	req.Header.Set("Authorization", "Bearer "+t.Key.Reveal())
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	began := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return DoorAnswer{}, silentDoor(ctx)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxTried))
	if err != nil {
		return DoorAnswer{}, silentDoor(ctx)
	}
	out := DoorAnswer{Status: resp.StatusCode, Took: time.Since(began)}
	out.read(raw, t.Key, t.Spec)
	return out, nil
}

// longestLife bounds what is told of a token's life.
const longestLife = 10 * 365 * 24 * time.Hour

// read takes from a body what is kept of it. Another program may have the port: words with
// the key or the token in them are dropped.
func (a *DoorAnswer) read(raw []byte, key core.Secret, spec kinds.Spec) {
	var said struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
		Error       *Error `json:"error"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if dec.Decode(&said) != nil { // what is no JSON, such as a picture, is an answer too
		return
	}
	a.Code = codeIn(raw[:dec.InputOffset()], spec)
	if said.AccessToken != "" {
		a.ExpiresIn = time.Duration(min(max(0, said.ExpiresIn), int64(longestLife/time.Second))) * time.Second
	}
	words, err := json.Marshal(said.Error)
	for _, secret := range []string{key.Reveal(), said.AccessToken} {
		spelled, odd := json.Marshal(secret) // as it stands in words, between quotes
		if err != nil || odd != nil || secret != "" && bytes.Contains(words, spelled[1:len(spelled)-1]) {
			return
		}
	}
	a.Error = said.Error
}

// codeIn is the code of an answer to a call; 0: it has none, or one that means that the
// call worked. A name with dots leads into nested objects.
func codeIn(raw []byte, spec kinds.Spec) int {
	for _, name := range spec.CodeNames() {
		at := raw
		for part := range strings.SplitSeq(name, ".") {
			var object map[string]json.RawMessage
			if json.Unmarshal(at, &object) != nil {
				at = nil
				break
			}
			at = object[part]
		}
		code, err := strconv.ParseInt(strings.Trim(string(at), `"`), 10, 32)
		if err == nil && !spec.CallWorked(name, strconv.FormatInt(code, 10)) {
			return int(code)
		}
	}
	return 0
}

// silentDoor explains that nobody answered.
func silentDoor(ctx context.Context) error {
	if ctx.Err() != nil {
		return core.AsError(ctx.Err())
	}
	return &core.Error{Class: core.Temporary, Remedy: core.RemedyDoorShut, Message: "nobody answered at the HTTP API of this machine; see that it is open"}
}
