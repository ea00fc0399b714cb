// Package wecom asks WeCom (企业微信) for the access tokens of applications: a corp's
// own ones (自建), those that a service provider develops for it (代开发), and the
// secrets of contacts and customers.
//
// GET /cgi-bin/gettoken gives the same token to everybody who asks with the same
// secret, until it ends. Asking again harms nobody, and brings nothing new: the same
// token back is a normal answer. WeCom can end a token early; a report by a caller
// who was refused finds that out.
//
// A wrong secret is never tried twice automatically: WeCom bars an address for an
// hour if it sends many of them. errcode.go says what the errcodes mean;
// core/upstream says how a call is made, and what never leaks from one.
package wecom
