package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"tokentray/core/api"
	"tokentray/core/door"
)

// operation is what no type tells of a route.
type operation struct {
	route, id, summary string
	about              string      // more of it
	fails              []string    // statuses beyond those by rule, see statuses
	params             []parameter // of the query
	loopback           bool        // it is served there too
	also               any         // the loopback's answer, where it is another
	streams            bool        // its types stand in headers, and the bodies are no JSON of ours
}

type parameter struct {
	name, kind, about string
	values            []string // all that there are; nil: any
}

// operations explains every route of the socket, those of an account once: without
// its environment it is the one in the active environment, and the id gets "Active".
func operations() []operation {
	vault := []string{"409", "423"}
	save := []string{"409", "423", "503"}
	fetch := []string{"409", "423", "429", "502", "503"}
	account, push := "/v1/accounts/{name}/{env}", "/v1/accounts/{name}/{env}/pushes"
	limit := func(about string) parameter { return parameter{name: "limit", kind: "integer", about: about} }
	return []operation{
		{route: "GET /v1/status", id: "getStatus", summary: "The agent's state; over the loopback what concerns the client", loopback: true, also: door.Status{}},
		{route: "GET /v1/openapi.json", id: "getDescription", summary: "This description", loopback: true},

		{route: "GET /v1/kinds", id: "listKinds", summary: "Every kind of token: its fields, and how it behaves"},

		{route: "GET /v1/accounts", id: "listAccounts", summary: "Every account as it stands"},
		{route: "POST /v1/accounts", id: "addAccount", summary: "Add an account, then fetch once; a refusal by the upstream undoes nothing", fails: save},
		{route: "POST /v1/test", id: "testAccount", summary: "Ask the upstream once with what was entered; nothing is saved", fails: []string{"404", "409", "423"}},
		{route: "GET " + account, id: "getAccount", summary: "One account as it stands"},
		{route: "PUT " + account, id: "editAccount", summary: "Change an account", fails: save},
		{route: "DELETE " + account, id: "removeAccount", summary: "Remove an account, its token and its secret", fails: []string{"423"}},
		{route: "POST " + account + "/copy", id: "copyToken", summary: "Put the token on the clipboard", fails: fetch},
		{route: "POST " + account + "/check", id: "checkToken", summary: "Ask the upstream whether it accepts the token from here", fails: fetch},
		{
			route: "POST " + account + "/quota", id: "readQuota", summary: "Ask the upstream how much of its daily quotas is used", fails: fetch,
			about: "Without paths it is asked about the call that fetches the account's tokens. The question counts as a call.",
		},
		{
			route: "POST " + account + "/quota/reset", id: "resetQuota", summary: "Reset the upstream's counters of the day", fails: fetch,
			about: "It spends one of the few resets that the upstream allows in a month to all who share the AppID. The AppSecret is sent to the upstream; two resets of an account lie 30 s apart.",
		},
		{
			route: "GET " + account + "/history", id: "getHistory", summary: "What happened to the token, newest first",
			params: []parameter{
				limit("At most this many lines; 100 by default, all with since; 0 is all that are kept."),
				{name: "since", kind: "date-time", about: "No line that is older than this."},
			},
		},
		{
			route: "GET /v1/failures", id: "listFailures", summary: "The accounts for which something failed, the newest failure first",
			params: []parameter{{name: "since", kind: "date-time", about: "Nothing that failed before this; missing: all that is kept."}},
		},
		{route: "POST " + push, id: "addPush", summary: "Add a push, and do it once", about: "It is saved whatever becomes of the first try, which is in last."},
		{route: "DELETE " + push + "/{number}", id: "removePush", summary: "Remove a push; what it wrote stays"},
		{
			route: "POST " + push + "/{number}/run", id: "runPush", summary: "Do a push now", fails: fetch,
			about: "With the current token, which is fetched if need be. How it ended is in last.",
		},
		{route: "GET /v1/teams", id: "listTeams", summary: "The teams that this machine is in, as each one's Redis has them"},
		{
			route: "POST /v1/teams", id: "createTeam", summary: "Make a team on a Redis and join it", fails: save,
			about: "The URL has no password in it. Keys and passwords go to the vault.",
		},
		{
			route: "POST /v1/teams/join", id: "joinTeam", summary: "Tell what a team shares and, with apply, join it by an invite", fails: save,
			about: "Accounts that are not here yet are added, paused and without a secret. A machine that is in the team already gets its new key.",
		},
		{
			route: "POST /v1/teams/{team}/invite", id: "inviteToTeam", summary: "Encrypt what another machine needs to join", fails: save,
			about: "Who has the file and its passphrase can use the team's tokens and knows the password of its Redis.",
		},
		{
			route: "PATCH /v1/teams/{team}", id: "editTeam", summary: "Change where a team's Redis is, or its password", fails: save,
			about: "Nothing changes unless the Redis answers by what is given, and has the team's key.",
		},
		{route: "POST /v1/teams/{team}/rotate", id: "rotateTeam", summary: "Give a team a new key; the answer is an invite by which the others join again", fails: save},
		{route: "DELETE /v1/teams/{team}", id: "leaveTeam", summary: "Leave a team; its accounts stay", fails: save},
		{
			route: "POST " + account + "/share", id: "shareAccount", summary: "Share the token of an account with a team", fails: save,
			about: "Every account of this machine that asks for the same token is shared. The secret stays here.",
		},
		{
			route: "POST " + account + "/unshare", id: "unshareAccount", summary: "Make the token of an account this machine's own again", fails: save,
			about: "Where a fetch from here could kill the team's token, the account is paused.",
		},
		{route: "GET /v1/presets", id: "listPresets", summary: "The presets: kinds of token that a file describes"},
		{route: "GET /v1/presets/{kind}", id: "getPreset", summary: "One preset with its file"},
		{
			route: "POST /v1/presets", id: "addPreset", summary: "Add a preset, or replace one", fails: []string{"409"},
			about: "What is wrong with the file is in preset_faults, and nothing was changed. Where another host or another request takes a preset's place, its accounts are paused and wait for their secret.",
		},
		{route: "POST /v1/presets/try", id: "tryPreset", summary: "Make a preset's request once and tell what each path found; nothing is saved"},
		{route: "DELETE /v1/presets/{kind}", id: "removePreset", summary: "Remove a preset that no account is of", fails: []string{"409"}},
		{
			route: "GET /v1/token/{name}/{env}", id: "getToken", summary: "A living token, fetched first if need be; never an expired one", loopback: true, fails: append([]string{"204"}, fetch...),
			about: "Reading a token that lives costs the upstream nothing and is not limited. Without an environment the account is the one in the active environment. GET forces nothing.",
			params: []parameter{
				{name: "min_ttl", kind: "string", about: "The least life it must have: seconds, or a duration as 5m; 30 s by default, up to 24h."},
				{name: "newer_than", kind: "integer", about: "Loopback only: wait for a token that expires later than this expires_at_unix."},
				{name: "wait", kind: "string", about: "Loopback only, with newer_than: how long to wait, as 30s, up to 5m."},
			},
		},
		{
			route: "POST /v1/token/{name}/{env}/refresh", id: "refreshToken", summary: "Report a token that failed and get the one that works", loopback: true, fails: fetch,
			about: "When the reported token is no longer the current one, the current one is the answer and nothing is fetched. All who report the same token share one round at the upstream.",
		},
		{
			route: "POST /v1/call/{name}/{env}", id: "call", summary: "Make a call to the account's upstream with its token in it", streams: true, fails: fetch,
			about: "The header Tokentray-Call says what to call, the body is the call's own. The header Tokentray-Result of the answer says what came, and its body is the upstream's, freed of token and secret. What the upstream refuses is an answer too. Calls that answer with a token or take a secret are refused. The loopback makes calls too, at /call/NAME/ENV/PATH with any method and the upstream's own path, query and body, for client keys that name calls.",
		},

		{
			route: "POST /v1/sign/{name}/{env}", id: "signPage", summary: "Sign a page's address for the JS-SDK: wx.config or wx.agentConfig ready to paste", loopback: true, fails: fetch,
			about: "The ticket is kept and renewed as tokens are; with one that lives nothing is asked of the upstream. Over the loopback the body has url, ticket, nonce and timestamp alone, and no answer holds the ticket.",
		},

		{
			route: "POST /v1/explain", id: "explain", summary: "Say what a failed answer means that somebody saw",
			about: "text is JSON, a line of a log, the text of an exception or a code. Nobody is asked, and nothing of the text is in the answer but the code, the request's ID and an IP address.",
		},

		{route: "GET /v1/grants", id: "listGrants", summary: "Which calls persons allowed AI agents, and what these were refused last"},
		{
			route: "POST /v1/grants/{name}/{env}", id: "grantCalls", summary: "Allow an AI agent calls of an account, for 8 hours at most",
			about: "A grant of the same client for the account, for reading or for writing as this one, is replaced. Grants end with the agent's process. One for a live account needs the seat of a window, and one that writes there ends after 10 minutes or 20 calls.",
		},
		{route: "DELETE /v1/grants/{client}", id: "revokeGrants", summary: "End all grants of an AI agent"},
		{route: "DELETE /v1/grant/{number}", id: "revokeGrant", summary: "End one grant"},
		{route: "DELETE /v1/asks/{number}", id: "declineAsk", summary: "Answer what an AI agent asked for with no", about: "For ten minutes the same is not asked for again."},

		{
			route: "PUT /v1/clipboard", id: "copyText", summary: "Put a text on the clipboard", fails: []string{"409"},
			about: "With secret it is concealed from clipboard histories and cleared as tokens are. key names the client key that the text is, if it is one.",
		},
		{route: "DELETE /v1/clipboard", id: "clearClipboard", summary: "Clear the clipboard, if its content is still ours"},
		{route: "PUT /v1/env", id: "setEnv", summary: "Choose the active environment"},
		{route: "PUT /v1/pause", id: "pauseAll", summary: "Pause all background renewal, or end the pause"},
		{route: "GET /v1/settings", id: "getSettings", summary: "The settings"},
		{route: "PUT /v1/settings/{key}", id: "setSetting", summary: "Change one setting"},
		{route: "GET /v1/vault", id: "getVault", summary: "Where secrets are, and whether they can be read"},
		{route: "POST /v1/vault/init", id: "initVault", summary: "Keep secrets in a file under a passphrase", fails: vault},
		{route: "POST /v1/vault/unlock", id: "unlockVault", summary: "Open the vault", fails: vault},
		{route: "POST /v1/vault/lock", id: "lockVault", summary: "Close the vault; living tokens go on being served", fails: vault},
		{route: "POST /v1/backup", id: "backup", summary: "Every account with its secrets, and the settings, as a file encrypted under a passphrase", fails: vault},
		{route: "POST /v1/import", id: "importAccounts", summary: "Plan what becomes of accounts from elsewhere and, with apply, do it: all or nothing", fails: vault},

		{route: "POST /v1/export", id: "exportAccounts", summary: "The accounts without their secrets, as a file for others"},

		{route: "GET /v1/loopback", id: "getLoopback", summary: "How the loopback door stands"},
		{route: "PUT /v1/loopback", id: "setLoopback", summary: "Open or shut the loopback door"},
		{
			route: "GET /v1/loopback/log", id: "getAccessLog", summary: "The last calls over the loopback, newest first; no token is in it", fails: []string{"400"},
			params: []parameter{limit("At most this many lines; 100 by default.")},
		},
		{route: "GET /v1/keys", id: "listClientKeys", summary: "The client keys, without the keys themselves"},
		{route: "POST /v1/keys", id: "addClientKey", summary: "Make a client key; the answer alone holds it"},
		{route: "POST /v1/childkeys/{name}/{env}", id: "addChildKey", summary: "Make a client key that lives as long as a process, for all calls of one account; the API must be open", fails: []string{"409"}},
		{route: "DELETE /v1/keys/{name}", id: "revokeClientKey", summary: "End a client key at once"},

		{
			route: "GET /v1/events", id: "getEvents", summary: "What changes, as server-sent events; a snapshot first", fails: []string{"503"},
			params: []parameter{{name: "window", kind: "string", about: "The caller is a window, which is counted and raised.", values: []string{"1"}}},
		},
		{route: "POST /v1/open", id: "raiseWindows", summary: "Raise the windows that are there"},
		{route: "POST /v1/session", id: "setSession", summary: "Tell the agent where the desktop is"},
		{route: "POST /v1/stop", id: "stop", summary: "End the agent"},
		{route: "POST /v1/reset", id: "reset", summary: "Remove every secret and the home's files, and end the agent", fails: []string{"423"}},
	}
}

// failure is an answer that is no success.
type failure struct{ status, name, about string }

func failures() []failure {
	return []failure{
		{"400", "Invalid", "Something in the request is wrong."},
		{"401", "NoKey", "No client key, or a wrong or revoked one (loopback)."},
		{"403", "NotAllowed", "The Host header, the web page or the key's scope does not allow it (loopback)."},
		{"404", "NotFound", "No such account."},
		{"405", "OtherMethod", "The path does not take this method."},
		{"408", "TooSlow", "The body did not come in time."},
		{"409", "Misuse", "The request cannot work as it is."},
		{"413", "TooLong", "The body is too long."},
		{"423", "VaultClosed", "The vault is closed."},
		{"429", "Slower", "Too many refreshes or failures of this client, or the upstream's quota; wait as Retry-After says."},
		{"500", "Internal", "A failure of the agent's own."},
		{"502", "Refused", "The upstream refuses: AppSecret, IP whitelist, confirmation, freeze."},
		{"503", "Temporary", "A passing failure, or a life that cannot be had yet; Retry-After tells when."},
	}
}

// statuses are those with which an operation can fail.
func statuses(o operation, r api.Route) []string {
	out := append([]string{"500"}, o.fails...)
	if strings.Contains(r.Pattern, "{name}") || strings.Contains(r.Pattern, "{kind}") || strings.Contains(r.Pattern, "{team}") {
		out = append(out, "400", "404")
	}
	if r.In != nil {
		out = append(out, "400", "413")
	}
	if o.loopback {
		out = append(out, "401", "403", "405", "429")
		if r.In != nil {
			out = append(out, "408")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (g *generator) paths() object {
	out := object{}
	explained := map[string]operation{}
	for _, o := range operations() {
		explained[o.route] = o
		if strings.Contains(o.route, "/{env}") {
			o.id += "Active"
			explained[strings.Replace(o.route, "/{env}", "", 1)] = o
		}
	}
	for _, r := range api.Routes() {
		o, ok := explained[r.Pattern]
		if !ok {
			g.fault("operations.go does not explain %s", r.Pattern)
		}
		delete(explained, r.Pattern)
		put(out, r.Pattern, g.operation(o, r))
	}
	for _, route := range slices.Sorted(maps.Keys(explained)) {
		g.fault("operations.go explains %s, which core/api does not serve", route)
	}
	g.doorPaths(out)
	return out
}

// put files an operation under its path and method.
func put(paths object, pattern string, o object) {
	method, path, _ := strings.Cut(pattern, " ")
	if paths[path] == nil {
		paths[path] = object{}
	}
	paths[path].(object)[strings.ToLower(method)] = o
}

func (g *generator) operation(o operation, r api.Route) object {
	out := object{"operationId": o.id, "summary": o.summary, "x-doors": []string{"socket"}}
	if o.about != "" {
		out["description"] = o.about
	}
	if o.loopback {
		out["x-doors"] = []string{"socket", "loopback"}
		out["security"] = []any{object{"clientKey": []any{}}, object{}}
	}
	if params := g.parameters(o, r.Pattern); len(params) > 0 {
		out["parameters"] = params
	}
	if r.In != nil {
		out["requestBody"] = object{"required": !r.Optional, "content": jsonOf(g.schema(r.In, ""))}
	}
	answer := g.schema(r.Out, "")
	if o.also != nil {
		answer = object{"oneOf": []any{answer, g.schemaOf(o.also)}}
	}
	content := jsonOf(answer)
	if r.Out == reflect.TypeFor[api.Event]() {
		content = object{"text/event-stream": object{"schema": answer}}
	}
	success := object{"description": "Success.", "content": content}
	if o.streams {
		bytes := object{"application/octet-stream": object{"schema": object{"type": "string", "format": "binary"}}}
		out["requestBody"] = object{"required": false, "content": bytes}
		params, _ := out["parameters"].([]any)
		out["parameters"] = append(params, object{"name": "Tokentray-Call", "in": "header", "required": true, "content": jsonOf(g.schema(r.In, ""))})
		success = object{"description": "Success.", "content": bytes, "headers": object{"Tokentray-Result": object{"required": true, "content": jsonOf(answer)}}}
	}
	responses := object{"200": success}
	for _, status := range statuses(o, r) {
		if i := slices.IndexFunc(failures(), func(f failure) bool { return f.status == status }); i >= 0 {
			responses[status] = object{"$ref": "#/components/responses/" + failures()[i].name}
		} else if status == "204" {
			responses[status] = object{"description": "With newer_than: none came within the wait; the one you have is the one to use."}
		}
	}
	out["responses"] = responses
	return out
}

// parameters are those in the path, in their order, and in the query.
func (g *generator) parameters(o operation, pattern string) []any {
	var out []any
	for part := range strings.SplitSeq(pattern, "/") {
		name, ok := strings.CutPrefix(part, "{")
		if name = strings.TrimSuffix(name, "}"); !ok {
			continue
		}
		p := object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}}
		switch name {
		case "name":
			p["description"] = "The account's name, percent-encoded."
			if strings.Contains(pattern, "/keys/") {
				p["description"] = "The key's name, percent-encoded."
			}
		case "env":
			p["schema"] = object{"$ref": "#/components/schemas/Env"}
		case "number":
			p["schema"] = object{"type": "integer"}
		}
		out = append(out, p)
	}
	for _, q := range o.params {
		s := object{"type": q.kind}
		if q.kind == "date-time" {
			s = object{"type": "string", "format": q.kind}
		}
		if q.values != nil {
			s["enum"] = q.values
		}
		out = append(out, object{"name": q.name, "in": "query", "schema": s, "description": q.about})
	}
	return out
}
