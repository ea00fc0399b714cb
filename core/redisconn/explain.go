package redisconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
)

// Explain is a Redis' failure as an error that says what to do; nil stays nil, and a
// *core.Error stays itself. The server's message is not repeated, because it may
// name keys, and in some layouts a key holds a secret.
func Explain(err error) *core.Error {
	var known *core.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	}
	class, remedy, message := classify(err)
	return &core.Error{Class: class, Remedy: remedy, Message: message, Err: err}
}

func classify(err error) (core.Class, string, string) {
	var (
		reply     redis.Error
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		network   net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		return core.Temporary, core.RemedyTryAgain, "the call was not finished in time; try again"
	case errors.As(err, &authority), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &verify):
		return core.Misuse, core.RemedyRedisTLS, "the certificate of the Redis is not trusted; name its authority with ?ca=FILE"
	case errors.As(err, &record):
		return core.Misuse, core.RemedyRedisTLS, "the Redis answers without TLS; correct its URL"
	case errors.As(err, &reply):
		return classifyReply(reply.Error())
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		return core.Temporary, core.RemedyRedisAway, "the Redis cannot be reached; see that it runs and that its address is right"
	case strings.HasPrefix(err.Error(), "redis: invalid reply"), strings.HasPrefix(err.Error(), "redis: can't parse"):
		return core.Misuse, core.RemedyRedisURL, "what answers there is no Redis; correct its URL"
	}
	return core.Temporary, core.RemedyRedisAway, "the connection to the Redis failed; it is tried again by itself"
}

// classifyReply tells what a server means by an error.
func classifyReply(text string) (core.Class, string, string) {
	word, _, _ := strings.Cut(text, " ")
	switch {
	case word == "NOPERM":
		return core.Misuse, core.RemedyRedisACL, "the Redis does not allow its user what is needed; extend its ACL"
	case word == "NOAUTH", word == "WRONGPASS", strings.Contains(text, "invalid password"), strings.Contains(text, "without any password configured"):
		return core.Misuse, core.RemedyRedisAuth, "the Redis refuses user or password; enter them again"
	case word == "READONLY", word == "LOADING", word == "MASTERDOWN", word == "CLUSTERDOWN", word == "TRYAGAIN", word == "BUSY":
		return core.Temporary, core.RemedyRedisAway, "the Redis does not take writes just now; it is tried again by itself"
	case word == "OOM", word == "MISCONF", word == "NOREPLICAS":
		return core.Temporary, core.RemedyRedisFull, "the Redis takes no writes: its memory or its disk is full"
	case word == "WRONGTYPE":
		return core.Misuse, core.RemedyRedisType, core.SaysOtherKeyType
	case strings.Contains(text, "DB index is out of range"):
		return core.Misuse, core.RemedyRedisURL, "the Redis has no database of that number; correct its URL"
	}
	return core.Temporary, core.RemedyRedisAway, "the Redis refuses the command; it is tried again by itself"
}
