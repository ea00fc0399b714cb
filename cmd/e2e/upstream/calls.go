package upstream

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// way tells whose token a call asks for: the names of its parameters, in the
// query, a form, a JSON body or, as id and secret, in an Authorization header.
type way struct {
	id string // empty: it is the rest of the path
	// secret is named where an account is found by both: one id has several tokens.
	secret string
	token  string // the field of the answer, with dots between
}

// ways are the paths at which the simulator gives tokens. One that ends with a slash
// stands for all below it.
var ways = map[string]way{
	"/cgi-bin/token":        {id: "appid", token: "access_token"},
	"/cgi-bin/stable_token": {id: "appid", token: "access_token"},
	"/cgi-bin/gettoken":     {id: "corpid", secret: "corpsecret", token: "access_token"},
	"/central/":             {token: "access_token"},
	"/oauth2/token":         {id: "client_id", token: "access_token"},
	"/open-apis/auth/v3/tenant_access_token/internal": {id: "app_id", token: "tenant_access_token"},
	"/gettoken":                   {id: "appkey", token: "access_token"},
	"/v1.0/oauth2/accessToken":    {id: "appKey", token: "accessToken"},
	"/oauth/stable_client_token/": {id: "client_key", token: "data.access_token"},
	"/api/apps/v2/token":          {id: "appid", token: "data.access_token"},
	"/api/getToken":               {id: "appid", token: "access_token"},
	"/oauth/2.0/token":            {id: "client_id", token: "access_token"},
	"/oauth2/v3/token":            {id: "client_id", token: "access_token"},
	"/oauth2/access_token":        {id: "app_id", token: "access_token"},
}

// wayOf is the way of a path, and what comes after it.
func wayOf(path string) (w way, rest string, ok bool) {
	if w, ok = ways[path]; ok {
		return w, "", true
	}
	i := strings.LastIndex(path, "/") + 1
	w, ok = ways[path[:i]]
	return w, path[i:], ok && w.id == ""
}

// field is the text at a path in an answer.
func field(answer any, path string) string {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := answer.(map[string]any)
		answer = object[name]
	}
	text, _ := answer.(string)
	return text
}

// Other is a header of calls that another program than the agent makes. They are not
// judged, and their tokens count as issued.
const Other = "X-Other-Program"

// serve judges a call, lets the simulator answer it and keeps the token.
func (u *Upstream) serve(w http.ResponseWriter, r *http.Request) {
	way, rest, ok := wayOf(r.URL.Path)
	if !ok {
		u.Sim.ServeHTTP(w, r)
		return
	}
	said, err := params(r)
	if err != nil {
		return // the caller was killed
	}
	key := rest
	if way.id != "" {
		key = said.Get(way.id)
	}
	if way.secret != "" {
		key = u.Sim.KeyOf(key, said.Get(way.secret))
	}
	other := r.Header.Get(Other) != ""
	if !other {
		u.judge(key, time.Now())
	}
	out := &copied{ResponseWriter: w}
	u.Sim.ServeHTTP(out, r)
	var answer any
	_ = json.Unmarshal(out.body.Bytes(), &answer) // a fault's answer is no JSON
	if token := field(answer, way.token); token != "" {
		u.mu.Lock()
		defer u.mu.Unlock()
		if !other {
			u.good++
		}
		u.account(key).issued[token] = true
	}
}

// params are what a call says, and leave its body to be read again.
func params(r *http.Request) (url.Values, error) {
	said := r.URL.Query()
	if id, secret, ok := r.BasicAuth(); ok {
		said.Set("client_id", id)
		said.Set("client_secret", secret)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var fields map[string]any
	if json.Unmarshal(body, &fields) == nil {
		for name, value := range fields {
			if text, ok := value.(string); ok {
				said.Set(name, text)
			}
		}
		return said, nil
	}
	form, _ := url.ParseQuery(string(body)) // the simulator says what is wrong with it
	for name, values := range form {
		said[name] = values
	}
	return said, nil
}

// copied keeps what is answered.
type copied struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (c *copied) Write(b []byte) (int, error) {
	c.body.Write(b)
	return c.ResponseWriter.Write(b)
}
