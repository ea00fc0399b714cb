package wechat

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// untrusted is a server with a certificate that nobody knows.
func untrusted(t *testing.T) *httptest.Server {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(good))
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}
