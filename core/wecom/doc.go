// Package wecom asks WeCom (企业微信) for the access tokens of applications: a
// corp's own ones (自建), those that a service provider develops for it (代开发), and
// the secrets of contacts and customers.
//
// GET /cgi-bin/gettoken gives the same token to everybody who asks with the same
// secret, until it ends. Asking again harms nobody, and brings nothing new: the same
// token back is a normal answer. WeCom can end a token early; the report of whoever
// was refused finds that out.
//
// A wrong secret is never tried twice by itself: WeCom bars an address for an hour
// that sends many of them. What the errcodes mean stands in errcode.go; how a call
// is made, and what never leaks from one, is told in core/upstream.
package wecom
