// Package oidc tests TokenTray with a real OAuth 2.0 authorization server:
// zitadel/oidc's provider, which runs in the test. It is a module of its own, so that
// nothing of it becomes part of the product, and uses TokenTray only by its commands.
package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"tokentray/cmd/e2e/outside"
)

const (
	clientID = "crm service/7"
	secret   = "s3cret with: %+&=/ inside"
)

// store is the provider's example storage with a client of its own. The client's
// tokens are JWTs, and it may have only some scopes.
type store struct {
	*storage.Storage
	scopes  []string
	revoked *sync.Map // by the token's ID
}

type client struct{ op.Client }

func (client) GetID() string                       { return clientID }
func (client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
func (client) GrantTypes() []oidc.GrantType        { return []oidc.GrantType{oidc.GrantTypeClientCredentials} }

func (s store) ClientCredentials(ctx context.Context, id, given string) (op.Client, error) {
	if id != clientID || given != secret {
		return nil, errors.New("no such client, or another secret")
	}
	one, err := s.Storage.ClientCredentials(ctx, "sid1", "verysecret")
	return client{one}, err
}

func (s store) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	for _, one := range scopes {
		if !slices.Contains(s.scopes, one) {
			return nil, oidc.ErrInvalidScope().WithDescription("the client may not have %s", one)
		}
	}
	return &oidc.JWTTokenRequest{Subject: id, Audience: []string{"https://api.example"}, Scopes: scopes}, nil
}

// AuthorizeClientIDSecret is called when a client asks about a token.
func (s store) AuthorizeClientIDSecret(_ context.Context, id, given string) error {
	if id != clientID || given != secret {
		return errors.New("no such client, or another secret")
	}
	return nil
}

// SetIntrospectionFromToken is called for a token whose signature and expiry the
// provider has verified. An error makes the token inactive.
func (s store) SetIntrospectionFromToken(_ context.Context, out *oidc.IntrospectionResponse, id, subject, client string) error {
	if _, gone := s.revoked.Load(id); gone || subject != client {
		return errors.New("revoked, or another client's")
	}
	out.ClientID = client
	return nil
}

// GetPrivateClaimsFromScopes writes the scope into the token (RFC 9068, section 2.2.3).
func (s store) GetPrivateClaimsFromScopes(_ context.Context, _, _ string, scopes []string) (map[string]any, error) {
	return map[string]any{"scope": strings.Join(scopes, " ")}, nil
}

// server is the authorization server and records its requests.
type server struct {
	*httptest.Server
	provider *op.Provider
	revoked  sync.Map

	mu    sync.Mutex
	basic []bool // for each request for a token: whether the client used Basic
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			_, _, basic := r.BasicAuth()
			s.mu.Lock()
			s.basic = append(s.basic, basic)
			s.mu.Unlock()
		}
		s.provider.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	keep := store{storage.NewStorage(storage.NewUserStore(s.URL)), []string{"read", "write"}, &s.revoked}
	var err error
	s.provider, err = op.NewProvider(&op.Config{CryptoKey: [32]byte{1}, CryptoKeyId: "1", AuthMethodPost: true}, keep, op.StaticIssuer(s.URL), op.WithAllowInsecure())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asked returns, for each request for a token so far, whether the client used Basic.
func (s *server) asked() []bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.basic)
}

// accepts returns the claims of a token after the server has verified it.
func (s *server) accepts(t *testing.T, token string) *oidc.AccessTokenClaims {
	t.Helper()
	ctx := op.ContextWithIssuer(t.Context(), s.URL)
	claims, err := op.VerifyAccessToken[*oidc.AccessTokenClaims](ctx, token, s.provider.AccessTokenVerifier(ctx))
	if err != nil {
		t.Fatalf("the server does not accept the token: %v", err)
	}
	return claims
}

// house is a home with an agent.
type house struct{ *outside.House }

func newHouse(t *testing.T) house {
	t.Helper()
	h := outside.NewHouse(t)
	h.Hidden = secret
	return house{h}
}

// add adds an account that asks the server.
func (h house) add(s *server, name string, more ...string) {
	h.T.Helper()
	h.Run(secret+"\n", append([]string{"add", name, "--kind", "oauth2", "--token-url", s.URL + "/oauth/token", "--client-id", clientID, "--secret-stdin"}, more...)...)
}

func (h house) token(args ...string) string {
	h.T.Helper()
	return h.Line(append([]string{"get"}, args...)...)
}

// The server gives a client a token by Basic and by the request body, with the
// requested scope, and accepts it. After a restart no token is fetched.
func TestTokensOfARealServer(t *testing.T) {
	s, h := newServer(t), newHouse(t)
	h.add(s, "header", "--scope", "read write")
	h.add(s, "body", "--auth", "body", "--scope", "read")
	if got := fmt.Sprint(s.asked()); got != "[true false]" {
		t.Errorf("clients came by Basic: %s", got)
	}
	for name, scope := range map[string]string{"header": "read write", "body": "read"} {
		token := h.token(name)
		claims := s.accepts(t, token)
		if claims.Subject != clientID || strings.Join(claims.Scopes, " ") != scope || claims.Audience[0] != "https://api.example" {
			t.Errorf("%s: %+v", name, claims)
		}
		var shown struct {
			Expires time.Time `json:"expires_at"`
		}
		if err := json.Unmarshal([]byte(h.Run("", "get", name, "--format", "json")), &shown); err != nil {
			t.Fatal(err)
		}
		if gap := claims.GetExpiration().Sub(shown.Expires).Abs(); gap > 2*time.Second {
			t.Errorf("%s: shown until %v, the server says %v", name, shown.Expires, claims.GetExpiration())
		}
	}
	token := h.token("header")
	h.Stop()
	if again := h.token("header"); again != token || len(s.asked()) != 2 {
		t.Errorf("after a restart: the same token: %v, %d requests", again == token, len(s.asked()))
	}
}

// A longer life than is left is available at once, with a new token beside the old
// one.
func TestALongerLifeThanIsLeft(t *testing.T) {
	s, h := newServer(t), newHouse(t)
	h.add(s, "crm")
	first := h.token("crm")
	fresh := h.Line("refresh", "crm", "--force")
	second := h.token("crm")
	if second == first || len(s.asked()) != 2 {
		t.Errorf("no new token by force (%q), %d requests", fresh, len(s.asked()))
	}
	s.accepts(t, first)
	s.accepts(t, second)
	if _, errOut, code := h.Try("", "get", "crm", "--min-ttl", "10m"); code == 0 {
		t.Errorf("a life of ten minutes, where tokens live five: %s", errOut)
	}
}

// A refusal is shown and not asked again, and the living token stays.
func TestRefusalsOfARealServer(t *testing.T) {
	s, h := newServer(t), newHouse(t)
	h.add(s, "crm", "--scope", "read")
	h.add(s, "other", "--scope", "admin")
	out, errOut, code := h.Try("", "get", "other")
	if code != 4 || !strings.Contains(errOut, "invalid_scope") {
		t.Errorf("another scope: %d %s %s", code, out, errOut)
	}
	h.Run("", "edit", "other", "--scope", "write")
	if claims := s.accepts(t, h.token("other")); strings.Join(claims.Scopes, " ") != "write" {
		t.Errorf("%+v", claims)
	}

	h.Run("a wrong secret\n", "add", "wrong", "--kind", "oauth2", "--token-url", s.URL+"/oauth/token", "--client-id", clientID, "--secret-stdin", "--param", "resource=https://r.example")
	n := len(s.asked())
	for range 3 {
		if _, errOut, code := h.Try("", "get", "wrong"); code != 4 || !strings.Contains(errOut, "invalid_client") {
			t.Errorf("a wrong secret: %d %s", code, errOut)
		}
	}
	if again := len(s.asked()) - n; again != 0 {
		t.Errorf("the wrong secret was sent %d times more", again)
	}
	if _, errOut, code := h.Try(secret+"\n", "edit", "wrong", "--param", "grant_type=password"); code == 0 {
		t.Errorf("another grant passes: %s", errOut)
	}
	s.accepts(t, h.token("crm"))
}

// By introspection the server tells a living token from a revoked one. If it does not
// answer a client's question, that does not count against the token.
func TestARealServerTellsAboutTokens(t *testing.T) {
	s, h := newServer(t), newHouse(t)
	ask := s.URL + "/oauth/introspect"
	h.add(s, "crm", "--introspection-url", ask)
	first := h.token("crm")
	h.Run("", "check", "crm")
	s.revoked.Store(s.accepts(t, first).JWTID, true)
	if _, errOut, code := h.Try("", "check", "crm"); code != 4 || !strings.Contains(errOut, "no longer accept") {
		t.Errorf("a revoked token: %d %s", code, errOut)
	}
	h.Run("", "refresh", "crm")
	if h.token("crm") == first {
		t.Error("the revoked token is given out")
	}
	h.Run("", "check", "crm")

	// This server accepts no secret in the body of an introspection.
	h.add(s, "body", "--auth", "body", "--scope", "read", "--introspection-url", ask)
	mine := h.token("body")
	if _, errOut, code := h.Try("", "check", "body"); code != 4 || !strings.Contains(errOut, "says nothing against the token") {
		t.Errorf("a client that is told nothing: %d %s", code, errOut)
	}
	if h.token("body") != mine {
		t.Error("the token is taken for dead")
	}
}
