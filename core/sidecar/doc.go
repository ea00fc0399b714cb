// Package sidecar is a proxy for one command that was written for the 开放接口服务 of
// 微信云托管: such code calls http://api.weixin.qq.com/… without a token, and what runs
// beside its container puts one in. Here the proxy does.
//
// A request in plain HTTP for one of the account's hosts, in absolute form or inside
// CONNECT HOST:80, is not passed on: it becomes a call of the account's, which the agent
// makes over HTTPS with the token in it. Everything else passes as it is, and never with
// a token: other hosts, and any CONNECT to another port. No certificate is made, for
// nothing that is encrypted is opened.
//
// Other programs of the machine reach the port, so each request must show the key that
// the command alone has.
package sidecar
