// Package sim is a faithful simulator of the token calls of WeChat, WeCom, OAuth 2.0
// servers and other platforms, for tests, for the demo and for anybody who wants to
// point a client at it. It serves
//
//	GET  /cgi-bin/token                a new token each time; the one before lives at most 300 s more
//	POST /cgi-bin/stable_token         the same token until its last 300 s
//	GET  /cgi-bin/gettoken             WeCom's: the same token until it ends
//	POST /oauth2/token                 OAuth 2.0 client credentials: a new token each time; those before live on
//	POST /oauth2/token/introspect      is this token of the client's active?
//	GET  /oauth2/whoami                the client of a Bearer token, or 401
//	GET  /central/APPID                a team's token server for an account: its stable token, for its
//	                                   secret as the key; POST too, and /stale takes reports
//	GET  /cgi-bin/get_api_domain_ip    is this token accepted from here?
//	GET  /cgi-bin/getcallbackip        the same question
//	POST /cgi-bin/openapi/quota/get    how much of a call's quota is used
//	POST /cgi-bin/openapi/rid/get      what a request ID was about
//	POST /cgi-bin/clear_quota/v2       begins the day's counters anew, ten times a month
//	GET  /cgi-bin/ticket/getticket     the ticket for the JS-SDK of an Official Account, type=jsapi
//	GET  /cgi-bin/get_jsapi_ticket     WeCom's for the corp
//	GET  /cgi-bin/ticket/get           WeCom's for an application, type=agent_config
//
// and the calls of the platforms in platforms.go: Feishu and Lark, DingTalk, Douyin, QQ
// Mini Programs, Baidu AI, Huawei and Kuaishou, each with paths that take its tokens.
//
// It names products itself, because what tests a spec must not be made from it.
//
// It has the upstreams' quotas, whitelists, texts and oddities, as their pages
// describe them or their users saw them. For lives under 300 s, half the life
// takes the place of 300 s. Where an upstream's behaviour is not known, the
// comment at the place says what was chosen.
//
// # The control endpoint
//
// The calls under /sim/ control the simulator itself. They are answered only to
// this machine, and to no page in a browser. Bodies and answers are JSON; an error
// is {"error":"…"} with a fitting status. Durations are in seconds and may have a
// fraction.
//
//	GET    /sim/state                  the simulator's clock, and every account without its secret:
//	                                   settings, faults, the tokens that live (masked), and the calls
//	                                   counted by path
//	POST   /sim/accounts               add or change an account:
//	                                   {"appid":"wx…","secret":"…","product":"official|test|mini|other",
//	                                    "life":7200,"ticket_life":7200,"whitelist":["198.51.100.7","203.0.113.0/24"],
//	                                    "caller_ip":"203.0.113.9","frozen":false,"legacy_per_day":0,"per_minute":0}
//	                                   An application of WeCom has an "agent" too, the CorpID as "appid",
//	                                   and "repeat":"same|same-renewed|new-two-live"; elsewhere its
//	                                   "appid" is CorpID/agent. An account of another platform
//	                                   has "platform":"feishu|dingtalk|dingtalk-new|douyin|
//	                                   douyin-mini|qq|baidu|huawei|kuaishou", any "repeat", and
//	                                   "text_life":true for lives as texts, "token_bytes":4096,
//	                                   and what it answers to a dead token and to a refused call:
//	                                   "dead":{"status":401,"body":{…}}, "refused":{"status":400,"body":{…}}.
//	                                   A client of OAuth 2.0 has a "client" instead, which may be {}:
//	                                   {"auth":"basic|body","scopes":["read"],"audience":"…","jwt":true,
//	                                    "expires":"text|fraction|negative|missing","token_type":"…","status_200":true}
//	                                   and "repeat":"new-all-live|same|new-two-live".
//	                                   "central":"moment|json|text|bare|expired" is how the team's
//	                                   token server for an account answers, and there
//	                                   "repeat":"same|new-all-live" is what asking again does.
//	DELETE /sim/accounts?appid=wx…     forget an account and its tokens
//	POST   /sim/faults                 what goes wrong, of one account or, without appid, of all:
//	                                   {"appid":"wx…","error_percent":5,"outage":false,"latency":0.2,
//	                                    "html":false,"code":89503,"error":"invalid_scope"}; {} ends all faults of all
//	POST   /sim/revoke                 {"appid":"wx…"} kills its living tokens
//	POST   /sim/break                  {"appid":"wx…"} refuses the stable token, yet goes on handing it out
//	POST   /sim/signature              {"appid":"wx…","nonce":"…","timestamp":1414587457,"url":"…","signature":"…"}
//	                                   is an error unless a living ticket of the account signs so
//	POST   /sim/advance                {"seconds":3600} moves the simulator's clock on
package sim
