// Package jssdk signs the address of a page for the JS-SDK of WeChat and WeCom, and
// tells what is odd about an address, for a wrong one is the usual cause of invalid
// signature.
//
// The signature is the SHA-1, in hexadecimal, of
//
//	jsapi_ticket=TICKET&noncestr=NONCE&timestamp=SECONDS&url=URL
//
// in this order and with nothing escaped. URL is what location.href says in the page,
// without the fragment: upstream takes the page's own address and signs that. So
// ReadPage cuts the fragment, and changes nothing else; what a browser would write in
// another way it tells.
//
// Everything here is a pure function. A ticket is as secret as a token: Text holds
// it, Masked does not.
package jssdk
