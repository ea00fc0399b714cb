package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"tokentray/core"
)

// proxyStatus is the status with which a proxy refused to connect.
type proxyStatus int

func (s proxyStatus) Error() string { return fmt.Sprintf("the proxy answered HTTP %d", int(s)) }

// trouble knows what is needed to explain why a call failed.
type trouble struct {
	parent, call context.Context
	limit        time.Duration
	host         string
	proxy        *url.URL
	redact       Redactor
}

// explain turns a transport's error into a readable one. It keeps the cause only if
// that is a plain sentinel: network errors contain addresses of proxies with their
// passwords, and bytes that strangers sent.
func (t trouble) explain(err error) *core.Error {
	var (
		op        *net.OpError
		dns       *net.DNSError
		refusal   proxyStatus
		cert      *tls.CertificateVerificationError
		timeout   net.Error
		isTimeout = errors.As(err, &timeout) && timeout.Timeout()
	)
	switch isOp := errors.As(err, &op); {
	case t.parent.Err() != nil:
		return temporary(core.RemedyTryAgain, "the call was ended before upstream answered; try again", t.parent.Err())
	case t.call.Err() != nil:
		return temporary(core.RemedyNetwork,
			fmt.Sprintf("%s did not answer within %s; check network and proxy", t.host, t.limit), context.DeadlineExceeded)
	case errors.As(err, &refusal):
		if refusal == 407 {
			return t.proxyDenied()
		}
		return temporary(core.RemedyProxy,
			fmt.Sprintf("the proxy %s would not connect (HTTP %d); check the account's proxy", t.proxy.Host, int(refusal)), nil)
	case isOp && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")) && t.proxy != nil:
		return t.proxyFailed(op.Err)
	case errors.As(err, &cert):
		return temporary(core.RemedyTLS,
			fmt.Sprintf("the certificate of %s is not trusted (%s); check clock, network and proxy", t.host, t.redact.Clean(cert.Err.Error())), nil)
	case strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "gave HTTP response to HTTPS client"):
		// crypto/tls has types for few of its errors, but a common prefix. No
		// certificate is at fault: something other than upstream answered.
		return temporary(core.RemedyAnswer, fmt.Sprintf("%s does not speak TLS as it should; check base URL and proxy", t.host), nil)
	case errors.As(err, &dns):
		return temporary(core.RemedyNetwork, fmt.Sprintf("the host %s cannot be found; check network and DNS", t.host), nil)
	case isTimeout:
		return temporary(core.RemedyNetwork, fmt.Sprintf("no connection to %s in time; check the network", t.host), context.DeadlineExceeded)
	case isOp && op.Op == "dial":
		return temporary(core.RemedyNetwork, fmt.Sprintf("no connection to %s: %s; check the network", t.host, t.redact.Clean(innermost(err))), nil)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), isOp:
		return temporary(core.RemedyNetwork, fmt.Sprintf("the connection to %s was cut off; check network and proxy", t.host), nil)
	}
	// The rest are answers that are no HTTP. Their bytes are not quoted.
	return OddAnswer("not a valid HTTP answer")
}

// proxyFailed explains a proxy that cannot be reached or does not let us
// through.
func (t trouble) proxyFailed(err error) *core.Error {
	text := innermost(err)
	if strings.Contains(text, "authentication") || strings.Contains(text, "username/password") {
		return t.proxyDenied()
	}
	return temporary(core.RemedyProxy,
		fmt.Sprintf("the proxy %s cannot be used: %s; check the account's proxy", t.proxy.Host, t.redact.Clean(text)), nil)
}

// proxyDenied is for a proxy that refuses user name and password. It waits for a
// person, since some proxies lock out a user who asks too often.
func (t trouble) proxyDenied() *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyProxy,
		Message: fmt.Sprintf("the proxy %s refuses its user name or password; correct the account's proxy", t.proxy.Host),
	}
}

func temporary(remedy, message string, cause error) *core.Error {
	return &core.Error{Class: core.Temporary, Remedy: remedy, Message: message, Err: cause}
}

// innermost is the text of the last error in the chain, which names no address.
func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			break
		}
		err = next
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "its host cannot be found"
	}
	return err.Error()
}
