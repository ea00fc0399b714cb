package upstream

import (
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tokentray/core"
)

// TestOwnCA: a host with a certificate of its own is trusted by the accounts that
// name it, and by no other.
func TestOwnCA(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"access_token":"t","expires_in":7200}`))
	}))
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	c := New(Options{})
	for name, tt := range map[string]struct {
		ca, remedy string
	}{
		"named":         {ca, ""},
		"with words":    {"CA of the company\n" + ca, ""},
		"not named":     {"", core.RemedyTLS},
		"no more a PEM": {"-----BEGIN CERTIFICATE-----\n", core.RemedyInput},
	} {
		for _, harmless := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				req := core.Request{Account: core.Account{CA: tt.ca}}
				a, err := c.Call(t.Context(), req, server.URL, Outgoing{Method: http.MethodGet, Path: "/", Harmless: harmless}, nil)
				var e *core.Error
				switch {
				case tt.remedy == "" && (err != nil || a.Token != "t"):
					t.Fatal(err)
				case tt.remedy != "" && (!errors.As(err, &e) || e.Remedy != tt.remedy):
					t.Fatalf("%v, want remedy %s", err, tt.remedy)
				case e != nil && strings.Contains(e.Message, "BEGIN"):
					t.Error("the certificate is quoted")
				}
			})
		}
	}
	for _, harmless := range []bool{true, false} {
		_, err := c.Call(t.Context(), core.Request{}, server.URL, Outgoing{Method: http.MethodGet, Path: "/", Harmless: harmless}, nil)
		if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTLS {
			t.Errorf("not named, after another account named it: %v", err)
		}
	}
}
