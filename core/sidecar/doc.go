// Package sidecar is a proxy for one command that was written for the 开放接口服务 of
// 微信云托管. Such code calls http://api.weixin.qq.com/… without a token, and a component
// beside its container adds one. This proxy takes the component's place.
//
// A request in plain HTTP for one of the account's hosts, in absolute form or inside
// CONNECT HOST:80, is not forwarded: it becomes a call of the account, which the
// agent makes over HTTPS with the token in it. Everything else is forwarded
// unchanged, and never with a token: other hosts, and any CONNECT to another port.
// The proxy makes no certificate, because it opens nothing that is encrypted.
//
// Other programs on the machine can reach the port, so each request must present the
// key that only the command has.
package sidecar
