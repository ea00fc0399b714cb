package door

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// An SDK with one base URL fetches a token there and makes its calls there. Below
// /call/NAME/ENV the door answers the kind's token paths itself, with a stand-in
// instead of the token: it is valid for calls at this NAME/ENV only, with the
// rights, limits and life of the key that asked for it, and the real token replaces
// it when the call is sent. Nothing is sent upstream when an SDK asks for one.

// standInPrefix tells a stand-in from a token.
const standInPrefix = "tts_"

// standIns makes and recognises stand-ins. None is stored: each is a seal over a
// client key and an account, so it ends with the key and outlives the agent.
type standIns struct{ seal atomic.Pointer[SealKey] }

// SealKey seals stand-ins. Anybody who has it and the hashes of client keys can make
// stand-ins.
type SealKey [sha256.Size]byte

// SetSealKey replaces the key; stand-ins of the old one become invalid.
func (d *Server) SetSealKey(key SealKey) { d.standIns.seal.Store(&key) }

// newSealKey is one that ends with the process.
func newSealKey() SealKey {
	var key SealKey
	rand.Read(key[:]) // never fails, see crypto/rand
	return key
}

// of is the stand-in of a client for an account.
func (s *standIns) of(c *client, ref api.Ref) string {
	mac := hmac.New(sha256.New, s.seal.Load()[:])
	mac.Write(c.Hash[:])
	mac.Write([]byte("stand-in\x00" + ref.String()))
	return standInPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// owner is the client, among all, whose stand-in for the called account this is.
func (s *standIns) owner(all []*client, value string, at callTarget) (*client, bool) {
	ref, err := at.ref()
	if err != nil || len(value) > maxKeyLength {
		return nil, false
	}
	var found *client
	for _, c := range all {
		if len(c.Calls) > 0 && subtle.ConstantTimeCompare([]byte(s.of(c, ref)), []byte(value)) == 1 {
			found = c
		}
	}
	return found, found != nil
}

// takeStandIn finds the stand-in of a call, in its query or in a header, and removes
// it.
func takeStandIn(r *http.Request, at *callTarget) (value string, found bool) {
	path, query, _ := strings.Cut(at.target, "?")
	var rest []string
	for part := range strings.SplitSeq(query, "&") {
		_, raw, _ := strings.Cut(part, "=")
		one, err := url.QueryUnescape(raw)
		if err == nil && !found && strings.HasPrefix(one, standInPrefix) {
			value, found = one, true
			continue
		}
		rest = append(rest, part)
	}
	if found {
		if at.target = path; len(rest) > 0 {
			at.target += "?" + strings.Join(rest, "&")
		}
		return value, true
	}
	for name, values := range r.Header {
		for _, one := range values {
			one = strings.TrimSpace(one)
			if scheme, key, ok := strings.Cut(one, " "); ok && strings.EqualFold(scheme, "Bearer") {
				one = strings.TrimSpace(key)
			}
			if strings.HasPrefix(one, standInPrefix) {
				r.Header.Del(name)
				return one, true
			}
		}
	}
	return "", false
}

// standInDead answers a stand-in that is no longer valid as the upstream answers a
// dead token, so that the SDK fetches another.
func (v *visit) standInDead(at callTarget) {
	v.line.Refused = core.RemedyClientKey
	ref, err := at.ref()
	if err == nil {
		if _, spec, ok := v.d.cfg.Agent.Known(ref); ok && spec.Door != nil {
			for _, a := range spec.Dead {
				if a.Field != spec.Door.Code || len(a.Values) == 0 {
					continue
				}
				if code, err := strconv.Atoi(a.Values[0]); err == nil {
					v.door = spec.Door
					v.cgiWrite(cgiError{code, "the stand-in for the token is not known any more; fetch another"})
					return
				}
			}
		}
	}
	v.callFail(http.StatusUnauthorized, &core.Error{Class: core.Misuse, Remedy: core.RemedyClientKey, Message: "the stand-in for the token is not known any more; fetch another"})
}

// tokenPath serves a token path of the account's kind below its folder, with a
// stand-in, and reports whether it did. The client key is sent as the secret.
func (v *visit) tokenPath(at callTarget) bool {
	path, _, _ := strings.Cut(at.target, "?")
	tokenPath := v.foreign.at(oneSlash(path))
	if tokenPath == nil {
		return false
	}
	ref, err := at.ref()
	if err != nil {
		v.callFail(http.StatusBadRequest, err)
		return true
	}
	v.door = tokenPath.door
	req, wrong := v.cgiRequest(tokenPath)
	v.line.Call = "call, stand-in"
	v.client = v.find(req.secret)
	if v.client != nil {
		v.known()
	} else {
		v.hangUp()
		if req.secret != "" {
			v.slowDown()
		}
	}
	if v.otherHost() {
		return true
	}
	if wrong == nil {
		wrong = v.cgiFit(tokenPath, req)
	}
	if wrong == nil && len(v.client.Calls) == 0 {
		wrong = refusal(v.door, kinds.BadKey, "this client key makes no calls; tokentray api key add NAME --calls makes one that does")
	}
	if wrong == nil && !v.standsFor(tokenPath, ref, req.id) {
		wrong = refusal(v.door, kinds.BadID, "no account "+ref.String()+" of this kind that the client key allows has it")
	}
	if wrong != nil {
		v.line.Refused = core.RemedyClientKey
		v.cgiFail(*wrong)
		return true
	}
	v.line.Account = ref.String()
	t, err := v.cgiGet(tokenPath, ref, req.force)
	if err == nil {
		t.AccessToken = v.d.standIns.of(v.client, ref)
	}
	v.cgiHand(t, err)
	return true
}

// standsFor reports whether the client may call an account, and the account has the
// AppID and a kind that the path serves.
func (v *visit) standsFor(at *foreign, ref api.Ref, appID string) bool {
	if !v.client.Permits(ref.Name, ref.Env) {
		return false
	}
	for _, one := range v.d.cfg.Agent.ByAppID(appID, at.among) {
		if one == ref {
			return true
		}
	}
	return false
}
