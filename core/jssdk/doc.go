// Package jssdk signs the address of a page, so that the upstream's JavaScript (JS-SDK)
// works on it, and says what is odd about an address: a wrong one is the usual cause of
// "invalid signature". kinds.Ticket says which tickets a kind signs with.
//
// The signature is the SHA-1, in hexadecimal, of
//
//	jsapi_ticket=TICKET&noncestr=NONCE&timestamp=SECONDS&url=URL
//
// in this order and with nothing escaped. URL is what location.href says in the page,
// without the fragment: upstream takes the page's own address and signs that. So
// ReadPage cuts the fragment and changes nothing else. If a browser would write the
// address differently, it says so.
//
// Everything here is a pure function. A ticket is as secret as a token: Text holds
// it, Masked does not.
package jssdk
