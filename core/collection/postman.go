package collection

import (
	"net/url"
	"strings"
)

// Postman's own format, as far as we use it: Collection 2.1.
type (
	pmCollection struct {
		Info  pmInfo       `json:"info"`
		Item  []pmItem     `json:"item"`
		Event []pmEvent    `json:"event"`
		Vars  []pmVariable `json:"variable"`
	}
	pmInfo struct {
		ID          string `json:"_postman_id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Schema      string `json:"schema"`
	}
	pmItem struct {
		Name    string     `json:"name"`
		Event   []pmEvent  `json:"event,omitempty"`
		Item    []pmItem   `json:"item,omitempty"`
		Request *pmRequest `json:"request,omitempty"`
	}
	pmRequest struct {
		Method string   `json:"method"`
		Header []pmPair `json:"header"`
		Body   *pmBody  `json:"body,omitempty"`
		URL    pmURL    `json:"url"`
	}
	pmURL struct {
		Raw      string   `json:"raw"`
		Protocol string   `json:"protocol,omitempty"`
		Host     []string `json:"host"`
		Port     string   `json:"port,omitempty"`
		Path     []string `json:"path"`
		Query    []pmPair `json:"query"`
	}
	pmPair struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	pmBody struct {
		Mode    string    `json:"mode"`
		Raw     string    `json:"raw"`
		Options pmOptions `json:"options"`
	}
	pmOptions struct {
		Raw pmLanguage `json:"raw"`
	}
	pmLanguage struct {
		Language string `json:"language"`
	}
	pmEvent struct {
		Listen string   `json:"listen"`
		Script pmScript `json:"script"`
	}
	pmScript struct {
		Type string   `json:"type"`
		Exec []string `json:"exec"`
	}
	pmVariable struct {
		Key     string `json:"key"`
		Value   string `json:"value"`
		Type    string `json:"type,omitempty"` // secret: masked on the screen
		Enabled *bool  `json:"enabled,omitempty"`
	}
	pmEnvironment struct {
		Name   string       `json:"name"`
		Values []pmVariable `json:"values"`
		Scope  string       `json:"_postman_variable_scope"`
	}
)

const (
	pmSchema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
	// pmID is always the same, so that a second import offers to replace the first
	// collection.
	pmID = "7c0f7b9e-5b0d-4b64-9a52-6d3f1c2a7e11"
)

// postman is a collection for everybody and an environment for each account.
func (w *writer) postman() ([]File, error) {
	c, err := w.postmanCollection("tokentray.postman_collection.json", false)
	if err != nil {
		return nil, err
	}
	out := []File{c}
	for _, a := range w.accounts {
		yes := true
		env := pmEnvironment{Name: "TokenTray: " + a.Ref(), Scope: "environment", Values: []pmVariable{
			{"tokentray_url", w.URL, "default", &yes},
			{"tokentray_account", a.path, "default", &yes},
			{"tokentray_key", w.Key.Reveal(), "secret", &yes},
		}}
		out = append(out, File{Path: a.bare + ".postman_environment.json", Data: encodeJSON(env, "\t"), Secret: !w.Key.Empty()})
	}
	return out, nil
}

// postmanCollection is the collection. Alone it has the variables that are otherwise
// in an environment, except the key, for which it has an empty one.
func (w *writer) postmanCollection(path string, alone bool) (File, error) {
	of := w.of()
	all := w.groups(of)
	c := pmCollection{
		Info: pmInfo{ID: pmID, Name: w.say("title"), Description: w.Say("starter.about_postman"), Schema: pmSchema},
		Event: []pmEvent{
			pmScriptFor("prerequest", w.script("postman-before.js", of, "no_account", "no_key", "no_door", "no_token")),
			pmScriptFor("test", w.script("postman-after.js", of, "accepted", "no_door", "no_token", "still_valid", "again")),
		},
		// Until the script has run, so that the client does not call them unknown.
		Vars: []pmVariable{{Key: "base_url", Value: baseOf(of)}, {Key: "access_token"}},
	}
	if alone {
		c.Vars = append(
			c.Vars, pmVariable{Key: "tokentray_url", Value: w.URL},
			pmVariable{Key: "tokentray_account", Value: w.accounts[0].path}, pmVariable{Key: "tokentray_key", Type: "secret"},
		)
	}
	for _, v := range variables(all) {
		c.Vars = append(c.Vars, pmVariable{Key: v, Value: w.onlyValue(v)})
	}
	for _, g := range all {
		folder := pmItem{Name: g.title}
		for _, one := range g.calls {
			folder.Item = append(folder.Item, pmItem{Name: one.title, Request: pmRequestFor(one)})
		}
		c.Item = append(c.Item, folder)
	}
	return File{Path: path, Data: encodeJSON(c, "\t")}, nil
}

func pmRequestFor(c call) *pmRequest { return pmRequestAt(c, "{{base_url}}") }

// pmRequestAt is a call at a base, which is a variable or a URL.
func pmRequestAt(c call, base string) *pmRequest {
	r := &pmRequest{Method: c.Method, Header: []pmPair{}}
	path, _, _ := strings.Cut(c.Path, "?")
	r.URL = pmURL{
		Raw: c.url(base, "{{access_token}}"), Host: []string{base},
		Path: strings.Split(strings.TrimPrefix(path, "/"), "/"), Query: []pmPair{},
	}
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		r.URL.Protocol, r.URL.Host, r.URL.Port = u.Scheme, strings.Split(u.Hostname(), "."), u.Port()
		if own := strings.Trim(u.Path, "/"); own != "" {
			r.URL.Path = append(strings.Split(own, "/"), r.URL.Path...)
		}
	}
	_, query, _ := strings.Cut(r.URL.Raw, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			r.URL.Query = append(r.URL.Query, pmPair{name, value})
		}
	}
	for _, h := range c.headers("{{access_token}}") {
		r.Header = append(r.Header, pmPair{h.Name, h.Value})
	}
	if c.Body != "" {
		r.Body = &pmBody{"raw", c.Body, pmOptions{pmLanguage{"json"}}}
	}
	return r
}

func pmScriptFor(listen, script string) pmEvent {
	return pmEvent{listen, pmScript{"text/javascript", strings.Split(script, "\n")}}
}
