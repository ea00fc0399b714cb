// Package wechat asks WeChat for the access tokens of Official Accounts, test
// accounts and Mini Programs.
//
// There are two ways to ask, and they keep separate tokens:
//
//   - POST /cgi-bin/stable_token gives the same token to everybody who asks,
//     until its last five minutes. It harms nobody and is the default.
//   - GET /cgi-bin/token makes a new token each time and kills the one before
//     within five minutes. Whoever calls it for an account whose backend does
//     the same breaks that backend.
//
// core/upstream says how a call is made, and what never leaks from one.
// WeChat answers errors with status 200, and a success has no errcode.
package wechat
