package collection

import (
	"strconv"
	"strings"

	"tokentray/core"
)

// Apifox imports Postman's files, and so does Apidog, but differs in three things.
// The variable that is a URL's host becomes a 前置 URL, which no script can set, so
// each URL contains its host. A collection's own variables become those of the
// project, so ours are in the environment. A request does not know its folder, so
// each folder is one account and its scripts name that account.
const (
	apifoxCollection  = "tokentray-apifox.postman_collection.json"
	apifoxEnvironment = "tokentray-apifox.postman_environment.json"
	apifoxNote        = "README-apifox.md"
	// apifoxID differs from pmID: whoever imports both keeps both.
	apifoxID = "a6f0c9de-02c4-4f0e-8a51-0f6b5f7d4c21"
)

// apifox are a collection, an environment and a note that says how to import them.
func (w *writer) apifox() ([]File, error) {
	c := pmCollection{
		Info:  pmInfo{ID: apifoxID, Name: w.say("title"), Description: w.Say("starter.about_apifox"), Schema: pmSchema},
		Event: []pmEvent{}, Vars: []pmVariable{},
	}
	yes := true
	env := pmEnvironment{Name: "TokenTray", Scope: "environment", Values: []pmVariable{
		{"tokentray_url", w.URL, "default", &yes},
		{"tokentray_key", w.Key.Reveal(), "secret", &yes},
		{"access_token", "", "secret", &yes},
	}}
	open := map[string]bool{}
	for _, a := range w.accounts {
		groups := w.groups(a.Of)
		c.Item = append(c.Item, w.apifoxFolder(a, groups))
		for _, v := range variables(groups) {
			if !open[v] {
				open[v] = true
				env.Values = append(env.Values, pmVariable{v, w.onlyValue(v), "default", &yes})
			}
		}
	}
	return []File{
		{Path: apifoxCollection, Data: encodeJSON(c, "\t")},
		{Path: apifoxEnvironment, Data: encodeJSON(env, "\t"), Secret: !w.Key.Empty(), Private: true},
		{Path: apifoxNote, Data: []byte(w.Say("starter.about_apifox") + "\n")},
	}, nil
}

// apifoxFolder is the folder of an account, with the scripts of its requests.
func (w *writer) apifoxFolder(a account, groups []group) pmItem {
	base := a.Base
	if base == "" {
		base = baseOf(a.Of)
	}
	out := pmItem{Name: a.Ref(), Event: []pmEvent{
		pmScriptFor("prerequest", w.scriptFor(strconv.Quote(a.path), "postman-before.js", a.Of, "no_account", "no_key", "no_door", "no_token")),
		pmScriptFor("test", w.script("postman-after.js", a.Of, "accepted", "no_door", "no_token", "still_valid", "again")),
	}}
	for _, g := range groups {
		folder := pmItem{Name: g.title}
		for _, one := range g.calls {
			folder.Item = append(folder.Item, pmItem{Name: one.title, Request: pmRequestAt(one, strings.TrimSuffix(base, "/"))})
		}
		out.Item = append(out.Item, folder)
	}
	return out
}

// Pinned reports whether the files of a kind contain the hosts of accounts. An
// account in them should then have its environment: it cannot follow the active one
// to another host.
func (k Kind) Pinned() bool { return k == Apifox }

// Folder reports whether a kind's files are useful together.
func (k Kind) Folder() bool { return k == Apifox || k == Bruno }

// baseOf is where calls of the first kind go unless its account says otherwise.
func baseOf(of []Of) string {
	for _, one := range of {
		return one.Spec.API(core.Account{})
	}
	return ""
}
