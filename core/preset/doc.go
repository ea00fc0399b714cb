// Package preset asks for tokens at any upstream that answers one request with JSON.
// A preset is data: it says what to ask, where the parts of the answer are, what
// asking again does and where a call carries the token.
//
// Each preset is a kind of its own. Those of this version are the JSON files beside
// this one. Parse reads a user's own preset, and says what is wrong with a file and on
// which line. Spec makes a kind's spec from a preset; Source asks for its tokens.
//
// # What a preset may do
//
// Presets come from strangers' files, so a preset can do little. It makes one request,
// to the host that its url names, over https or to this machine. The host is plain
// text without a placeholder. {{secret}} may stand only in fields and headers,
// {{appid}} also in the path. Nothing is computed, and no redirect is followed. A
// secret is entered for one request: if the preset then asks something else, or asks
// another host, it gets no secret until a person enters it again (kinds.Spec.Request).
//
// # The file
//
//	{
//	  "name": "robin",                          the kind: --kind robin
//	  "label": {"en": "Robin", "zh": "知更鸟"},
//	  "method": "POST",                         or GET
//	  "url": "https://api.robin.example/token",
//	  "hosts": {"sandbox": "https://sandbox.robin.example"},
//	  "encoding": "json",                       or form, query
//	  "fields": {"app_id": "{{appid}}", "app_secret": "{{secret}}"},
//	  "headers": {"X-Client": "tokentray"},
//	  "token": "data.access_token",             paths: names of members with dots between
//	  "expires": "data.expires_in",             in seconds; or "life": "24h", or both
//	  "code": "code", "text": "message",
//	  "success": [0], "success_without_code": false,
//	  "refusals": {"secret": [40001], "appid": [], "whitelist": [], "frozen": [], "quota": [],
//	               "permission": [], "busy": []},
//	  "repeat": "same",                         or same-renewed, new-all-live, new-two-live, destructive
//	  "renew_before": "5m", "old_token_lives": "5m",
//	  "use": {"header": "Authorization", "prefix": "Bearer ", "host": "https://api.robin.example"},
//	  "dead": {"code": [40014]}, "dead_status": [401],
//	  "works": {"code": [80000000]},            codes of a call that worked, beside 0
//	  "check": "/me",
//	  "reads": ["GET /users/*"], "closed": ["/secrets/*"],
//	  "samples": [{"name": "me", "label": {"en": "Who am I"}, "call": "GET /me"}],
//	  "console": "https://robin.example/console", "quota": 2000, "day": "+08:00",
//	  "id": {"label": {"en": "Ring"}, "hint": "r…", "names": ["ringid"]},
//	  "secret": {"label": {"en": "Song"}, "names": ["ringsong"]},
//	  "names": ["robin"],                       words in imported names that speak of it
//	  "notes": ["…"]                            for those who read the file
//	}
package preset
