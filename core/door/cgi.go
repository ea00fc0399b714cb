package door

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// The door serves the upstreams' own token paths, so that any SDK whose base URL can
// be set takes its token from TokenTray and competes with nobody: the secret is a
// client key, and the AppID selects the account within the key's scope. The paths,
// their parameters and answers are data, see kinds.Door. Except for refusals of Host
// and Origin, which are 403 in the same form, every answer is HTTP 200, with a code
// and a message if it is no token.

// foreign is one token path of an upstream's own, with the kinds whose accounts it
// serves.
type foreign struct {
	kinds.TokenPath
	door  *kinds.Door
	among []core.Kind
}

// foreigns are all token paths, and their folders.
type foreigns struct {
	paths   []foreign
	folders map[string]*kinds.Door // "/cgi-bin/": who answers for its other paths
}

func newForeigns(set kinds.Set) foreigns {
	out := foreigns{folders: map[string]*kinds.Door{}}
	for _, spec := range set.All() {
		if spec.Door == nil {
			continue
		}
		for _, p := range spec.Door.Paths {
			if folder := path.Dir(p.Path); folder != "/" && out.folders[folder+"/"] == nil {
				out.folders[folder+"/"] = spec.Door
			}
			if known := out.at(p.Path); known != nil {
				known.among = append(known.among, spec.Kind)
				continue
			}
			out.paths = append(out.paths, foreign{p, spec.Door, []core.Kind{spec.Kind}})
		}
	}
	return out
}

// at is the token path of a URL's path, nil if it is none.
func (f foreigns) at(urlPath string) *foreign {
	for i := range f.paths {
		if f.paths[i].Path == urlPath {
			return &f.paths[i]
		}
	}
	return nil
}

// owns reports whether a path is a token path or lies in the folder of one, and
// whose form answers there: the innermost folder counts. Other paths at the top are
// ours.
func (f foreigns) owns(urlPath string) (*kinds.Door, bool) {
	urlPath = oneSlash(urlPath)
	if at := f.at(urlPath); at != nil {
		return at.door, true
	}
	var owner *kinds.Door
	longest := 0
	for folder, door := range f.folders {
		if len(folder) > longest && strings.HasPrefix(urlPath, folder) {
			owner, longest = door, len(folder)
		}
	}
	return owner, owner != nil
}

// oneSlash is a path with each run of slashes as one; a base URL that ends in a
// slash produces two.
func oneSlash(urlPath string) string {
	for strings.Contains(urlPath, "//") {
		urlPath = strings.ReplaceAll(urlPath, "//", "/")
	}
	return urlPath
}

// served names the paths of an upstream.
func (f foreigns) served(door *kinds.Door) string {
	var names []string
	for _, p := range f.paths {
		if slices.ContainsFunc(door.Paths, func(own kinds.TokenPath) bool { return own.Path == p.Path }) {
			names = append(names, p.Path)
		}
	}
	return strings.Join(names, " and ")
}

// cgiRequest is a parsed call of a token path.
type cgiRequest struct {
	fixed  map[string]string
	id     string
	secret string // a client key
	force  bool
}

// cgiError is a failure in an upstream's form.
type cgiError struct {
	code int
	text string
}

// refusal is the failure for a reason of the door's own; why is TokenTray's addition
// to the upstream's message.
func refusal(d *kinds.Door, reason kinds.Reason, why string) *cgiError {
	r := d.Refusals[reason]
	if why != "" {
		why = ": " + why
	}
	return &cgiError{r.Code, r.Text + why}
}

// cgi serves the upstreams' own paths. door is whose form answers for other paths.
func (v *visit) cgi(door *kinds.Door) {
	folder, _, _ := strings.Cut(strings.TrimLeft(v.r.URL.Path, "/"), "/")
	v.line.Call = folder + ", another path"
	at := v.foreign.at(oneSlash(v.r.URL.Path))
	if at != nil {
		door = at.door
	}
	v.door = door
	if v.r.Method == http.MethodOptions && v.preflight() {
		return
	}
	// The key comes in the query or the body, and an unknown client's body is not
	// read.
	if origins := v.r.Header["Origin"]; len(origins) > 0 && !v.d.clients.anyAllows(origins[0]) {
		v.sameSite()
		return
	}
	req, wrong := v.cgiRequest(at)
	v.client = v.find(req.secret)
	if !v.sameSite() || v.otherHost() {
		return
	}
	if v.client != nil {
		v.known()
	} else {
		v.hangUp()
		if req.secret != "" {
			v.slowDown()
		}
	}
	if wrong == nil {
		wrong = v.cgiJudge(at, req)
	}
	if wrong != nil {
		v.cgiFail(*wrong)
		return
	}
	refs := v.permitted(req.id, at.among)
	if len(refs) > 1 && v.d.cfg.Agent.OneToken(refs) {
		refs = v.able(refs)
	}
	if len(refs) != 1 {
		v.cgiFail(*refusal(door, kinds.BadID, fmt.Sprintf("%d accounts that this client key allows have it, and it must be one", len(refs))))
		return
	}
	v.line.Account = refs[0].String()
	v.cgiHand(v.cgiGet(at, refs[0], req.force))
}

// cgiRequest reads the call; wrong says why it cannot be served.
func (v *visit) cgiRequest(at *foreign) (req cgiRequest, wrong *cgiError) {
	if at == nil {
		return req, refusal(v.door, kinds.NoSuchPath, "TokenTray serves "+v.foreign.served(v.door))
	}
	v.line.Call = strings.TrimPrefix(at.Path, "/")
	var values map[string]string
	var force bool
	var err error
	if at.Reads == kinds.InQuery {
		values = map[string]string{}
		for name, all := range v.r.URL.Query() {
			values[name] = all[0]
		}
		force = values[at.Force] == "true"
	}
	if v.r.Method != at.Method {
		wrong = &cgiError{at.WrongMethod.Code, at.WrongMethod.Text}
	} else if at.Reads == kinds.InJSON {
		if values, force, err = v.cgiJSON(at); err != nil {
			return req, refusal(v.door, kinds.BadData, "")
		}
	}
	return cgiRequest{fixed: values, id: values[at.ID], secret: values[at.Secret], force: force}, wrong
}

// cgiJSON reads the parameters in a JSON body.
func (v *visit) cgiJSON(at *foreign) (values map[string]string, force bool, err error) {
	raw, err := v.readBody()
	if err != nil {
		return nil, false, err
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, false, err
	}
	values = map[string]string{}
	names := []string{at.ID, at.Secret}
	for _, f := range at.Fixed {
		names = append(names, f.Name)
	}
	for _, name := range names {
		var value string
		if given, ok := body[name]; ok {
			if err := json.Unmarshal(given, &value); err != nil {
				return nil, false, err
			}
		}
		values[name] = value
	}
	if given, ok := body[at.Force]; ok {
		err = json.Unmarshal(given, &force)
	}
	return values, force, err
}

// cgiJudge says what is wrong with a readable call.
func (v *visit) cgiJudge(at *foreign, req cgiRequest) *cgiError {
	if wrong := v.cgiFit(at, req); wrong != nil {
		return wrong
	}
	if v.client.NoToken {
		return refusal(v.door, kinds.BadKey, "this client key makes calls and takes no token")
	}
	return nil
}

// cgiFit says what is wrong with a call's parameters and its key.
func (v *visit) cgiFit(at *foreign, req cgiRequest) *cgiError {
	for _, f := range at.Fixed {
		if req.fixed[f.Name] != f.Value {
			return refusal(v.door, kinds.BadFixed, "")
		}
	}
	switch {
	case req.id == "":
		return refusal(v.door, kinds.NoID, "")
	case req.secret == "":
		return refusal(v.door, kinds.NoSecret, "send a client key of TokenTray as the secret")
	case v.client == nil:
		return refusal(v.door, kinds.BadKey, "it is no client key of TokenTray, or was revoked")
	}
	return nil
}

// permitted are the accounts of an AppID, of these kinds, that the key may use.
func (v *visit) permitted(appID string, among []core.Kind) []api.Ref {
	var out []api.Ref
	for _, ref := range v.d.cfg.Agent.ByAppID(appID, among) {
		if v.client.Permits(ref.Name, ref.Env) {
			out = append(out, ref)
		}
	}
	return out
}

// able is the account, of several that share a token, that has it; else the first: one
// may wait for a person while another does not.
func (v *visit) able(refs []api.Ref) []api.Ref {
	for i, ref := range refs {
		if _, living := v.d.cfg.Agent.Living(ref, api.DefaultTTL); living {
			return refs[i : i+1]
		}
	}
	for i, ref := range refs {
		if !v.d.cfg.Agent.Waits(ref) {
			return refs[i : i+1]
		}
	}
	return refs[:1]
}

// cgiGet is the current token. A wish for another counts as a report that it is stale,
// and forces nothing. A token younger than the path's gap came for the same reason.
func (v *visit) cgiGet(at *foreign, ref api.Ref, stale bool) (api.Token, error) {
	t, living := v.d.cfg.Agent.Living(ref, api.DefaultTTL)
	if !stale || living && v.now.Sub(t.ObtainedAt) < at.ForceGap {
		return v.get(v.r.Context(), ref, api.DefaultTTL)
	}
	if wait := v.client.costly.Take(v.now); wait > 0 {
		return api.Token{}, errSlower(v.now.Add(wait))
	}
	ctx, done, err := v.wait(v.r.Context())
	if err != nil {
		return api.Token{}, err
	}
	defer done()
	return v.d.cfg.Agent.Refresh(ctx, ref, api.RefreshRequest{Stale: t.AccessToken})
}

// cgiHand writes a token or the reason why there is none.
func (v *visit) cgiHand(t api.Token, err error) {
	var e *core.Error
	switch {
	case v.client.revoked.Err() != nil:
		v.cgiWrite(*refusal(v.door, kinds.BadKey, "the client key was revoked"))
	case err == nil:
		v.cgiAnswer(http.StatusOK, v.cgiToken(t))
	case errors.As(err, &e) && e.Remedy == core.RemedySlower:
		v.cgiSlower(e.RetryAt)
	default:
		v.cgiFail(cgiErrorOf(v.door, core.AsError(err)))
	}
}

// cgiFail writes a failure and counts it against a known client.
func (v *visit) cgiFail(e cgiError) {
	if v.client != nil {
		if wait := v.client.costly.Take(v.now); wait > 0 {
			v.cgiSlower(v.now.Add(wait))
			return
		}
	}
	v.cgiWrite(e)
}

func (v *visit) cgiSlower(at time.Time) {
	v.w.Header().Set("Retry-After", strconv.Itoa(api.RetryAfter(at, v.now)))
	v.cgiWrite(*refusal(v.door, kinds.TooMany, core.SaysTooOften))
}

// cgiRefuse answers a caller who may not call at all, in the upstream's form. The
// form has no code for a page or a Host, so the nearest ones stand for them.
func (v *visit) cgiRefuse(status int, remedy, message string) {
	reason := kinds.BadKey
	if remedy == core.RemedyHost {
		reason = kinds.NoSuchPath
	}
	v.cgiSay(status, *refusal(v.door, reason, message))
}

func (v *visit) cgiWrite(e cgiError) { v.cgiSay(http.StatusOK, e) }

func (v *visit) cgiSay(status int, e cgiError) {
	v.line.Errcode = e.code
	v.cgiAnswer(status, ordered(member{v.door.Code, e.code}, member{v.door.Text, e.text}))
}

// cgiAnswer writes an answer as the upstream does: its content type, and not a byte
// after the object, because some clients clean the body by hand before they parse
// it.
func (v *visit) cgiAnswer(status int, body []byte) {
	v.line.Status = status
	h := v.w.Header()
	h.Set("Content-Type", v.door.ContentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // the caller may be gone
}

// cgiToken is a token in an upstream's form.
func (v *visit) cgiToken(t api.Token) []byte {
	var out []member
	if ok := v.door.OK; ok != nil {
		out = append(out, member{v.door.Code, ok.Code}, member{v.door.Text, ok.Text})
	}
	return ordered(append(out, member{"access_token", t.AccessToken}, member{"expires_in", t.ExpiresIn})...)
}

// member is a member of a JSON object.
type member struct {
	name  string
	value any // a string or a number
}

// ordered is a JSON object with its members in order, because some clients take
// answers apart by hand.
func ordered(members ...member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, plainJSON(m.name)...), ':'), plainJSON(m.value)...)
	}
	return append(out, '}')
}

// plainJSON is a string or a number as JSON, with <, > and & as they are.
func plainJSON(value any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // strings and numbers always encode
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// cgiErrorOf is a failure in the upstream's form: with the upstream's own code and
// message if there were any, and then with nothing else, because clients parse them.
func cgiErrorOf(d *kinds.Door, e *core.Error) cgiError {
	out := cgiError{e.Code, cmp.Or(e.Upstream, e.Message)}
	if out.code != 0 {
		return out
	}
	if code, known := d.Codes[e.Class]; known {
		out.code = code
	} else {
		out.code = d.Else
	}
	return out
}
