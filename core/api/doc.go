// Package api is the local API, version 1: its wire types, its server and its Go
// client.
//
// The agent serves it on a unix socket. The permissions of the socket's file and
// the user ID of the peer decide who may call; a caller may then do everything.
// Every other program is a client, the window and the command line among them.
//
// Agent is the API as a Go interface. Follow reads the agent's events over its
// restarts, and Picture is the agent as these events told it.
//
//	GET    /v1/status                              Status
//	GET    /v1/accounts                            List
//	POST   /v1/accounts                            AccountInput -> Saved
//	GET    /v1/accounts/{name}[/{env}]             Account
//	PUT    /v1/accounts/{name}[/{env}]             AccountInput -> Saved; {"auto":false} pauses
//	DELETE /v1/accounts/{name}[/{env}]
//	POST   /v1/accounts/{name}[/{env}]/copy        CopyRequest, may be empty -> Clipboard
//	POST   /v1/accounts/{name}[/{env}]/check       CheckResult
//	POST   /v1/accounts/{name}[/{env}]/quota       QuotaRequest, may be empty -> QuotaResult
//	POST   /v1/accounts/{name}[/{env}]/quota/reset Account
//	GET    /v1/accounts/{name}[/{env}]/history     ?limit=100&since=TIME -> {"history":[HistoryEntry]}, newest first
//	GET    /v1/failures                            ?since=TIME -> {"failures":[Failure]}, newest first
//	POST   /v1/test                                TestRequest -> TestResult
//	GET    /v1/token/{name}[/{env}]                ?min_ttl=30 or 5m -> Token
//	POST   /v1/token/{name}[/{env}]/refresh        RefreshRequest, may be empty -> Token
//	PUT    /v1/env                                 {"active":"live"}
//	PUT    /v1/pause                               {"paused":true}
//	GET    /v1/settings                            core.Settings
//	PUT    /v1/settings/{key}                      {"value":"dark"} -> core.Settings
//	GET    /v1/vault                               Vault
//	POST   /v1/vault/init, unlock                  {"passphrase":"…"} -> Vault
//	POST   /v1/vault/lock                          Vault
//	DELETE /v1/clipboard
//	POST   /v1/open                                {"windows":1}
//	POST   /v1/session                             Session
//	GET    /v1/events                              ?window=1 -> server-sent Events
//	GET    /v1/openapi.json                        the description of both doors
//	GET    /v1/loopback                            Loopback
//	PUT    /v1/loopback                            LoopbackRequest -> Loopback
//	GET    /v1/loopback/log                        ?limit=100 -> {"log":[Access]}, newest first
//	GET    /v1/keys                                {"keys":[ClientKey]}
//	POST   /v1/keys                                ClientKeyInput -> NewClientKey
//	DELETE /v1/keys/{name}
//	POST   /v1/backup                              {"passphrase":"…"} -> Backup, encrypted
//	POST   /v1/import                              ImportRequest -> ImportPlan
//	POST   /v1/export                              ExportRequest -> Export
//	POST   /v1/stop, /v1/reset
//
// Names are percent-encoded. Without an environment the account is the one in
// the active environment. Every refusal has the shape {"error":{…}}, see Error,
// and HTTPStatus tells the status of each class.
//
// Snapshots and events carry masks. Only the answers of the token and refresh calls
// hold a token. Only the encrypted file of a backup holds an AppSecret.
//
// Programs with a client key can make some of these calls, and the upstreams' own calls
// for a token, over the loopback; package door serves that.
package api
