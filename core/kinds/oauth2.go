package kinds

import (
	"time"

	"tokentray/core"
)

// What to do about an empty field; ui/text says it too.
const (
	SaysCopyClientID     = "copy the client ID from the server's console"
	SaysCopyClientSecret = "copy the client secret from the server's console"
	SaysTokenEndpoint    = "enter the URL of the server's token endpoint"
)

// OAuth2 is the kind of OAuth 2.0's client credentials (RFC 6749, section 4.4): POST
// to a token endpoint, a new token each time.
const OAuth2 core.Kind = "oauth2"

// The products of OAuth2 are servers with known properties. The call for a token is
// the same; they differ in their parameters.
const (
	ProductOAuthServer core.Product = "oauth2-server" // any other one
	ProductKeycloak    core.Product = "keycloak"
	ProductAuth0       core.Product = "auth0"
	ProductEntra       core.Product = "entra" // Microsoft's, v2.0
	ProductPayPal      core.Product = "paypal"
)

// The fields of OAuth2 beside AppID, which holds the client ID, base URL, which
// holds the token URL, and secret.
const (
	OAuthAuth     = "auth"     // how the client authenticates: AuthBasic or AuthBody
	OAuthScope    = "scope"    // words separated by blanks
	OAuthAudience = "audience" // whom the token is for
	OAuthExtra    = "extra"    // further parameters of the request
)

// How the client authenticates (RFC 6749, section 2.3.1).
const (
	AuthBasic = "basic" // in the header Authorization
	AuthBody  = "body"  // among the parameters of the request
)

// oauthWindow is how long before its end a token is replaced: users should not see a
// token that is about to end, and servers count the tokens that they make.
const oauthWindow = 5 * time.Minute

func oauth2() Spec {
	return Spec{
		Kind: OAuth2, Names: []string{"oauth2", "oauth", "keycloak", "auth0", "entra", "azure", "aad", "paypal"},
		Endpoint: true, Hosts: []string{"microsoftonline.com", "auth0.com", "paypal.com"},
		Fields:   oauthFields(),
		Products: oauthProducts(),
		Traits:   core.Traits{Repeat: core.RepeatNewAllLive, Window: oauthWindow, Anytime: true},
		Token:    Place{Header: "Authorization", Prefix: "Bearer "},
		APIBase:  "{" + APIURL + "}",
		Samples:  oauthSamples(),
		Dead:     []Answer{{Status: 401}}, // RFC 6750, section 3.1
		Reads:    []Pattern{{"GET", "/"}, {"GET", "/*"}, {"HEAD", "/"}, {"HEAD", "/*"}},
		Closed:   oauthClosed(),
	}
}

func oauthFields() []Field {
	// Parameters that the kind itself sets, and those that would make a different
	// request.
	const reserved = `(?i)(^|&)(grant_type|client_id|client_secret|client_assertion|client_assertion_type|scope|audience|username|password|code|assertion|refresh_token)=`
	return []Field{
		{
			Key: BaseURL, Input: URL, Required: true, Missing: "is empty; " + SaysTokenEndpoint, Hint: "https://…/token",
			Alias: "token_url", Names: []string{"tokenurl", "tokenuri", "tokenendpoint", "accesstokenurl", "domain", "tenantid"},
		},
		{
			Key: AppID, Input: Text, Required: true, Missing: "is empty; " + SaysCopyClientID,
			Alias: "client_id", Names: []string{"clientid"},
			Checks: []Check{{Match: `^[ -~]{1,256}$`, Problem: ProblemAppIDChars, Says: "holds control characters or letters beyond ASCII, or is too long; copy the client ID again"}},
		},
		{
			Key: Secret, Input: SecretText, Required: true, Missing: "is empty; " + SaysCopyClientSecret,
			Names:  []string{"clientsecret"},
			Checks: []Check{{Match: `^[ -~]+$`, Problem: ProblemSecretChars, Says: "holds control characters or letters beyond ASCII; copy the client secret again"}},
		},
		{
			Key: OAuthScope, Input: Text, Identity: true, Hint: "read write", Names: []string{"scope", "scopes"},
			Checks: []Check{{Match: `^[!#-\[\]-~]+( +[!#-\[\]-~]+)*$`, Problem: "scope_chars", Says: "must be words of ASCII without quotes and backslashes, with blanks between"}},
		},
		{
			Key: OAuthAudience, Input: Text, Identity: true, Names: []string{"audience"},
			Checks: []Check{{Match: `^[!-~]+$`, Problem: "audience_chars", Says: "must be one word of ASCII, often a URL"}},
		},
		{
			Key: APIURL, Input: URL, Hint: "https://api…", Names: []string{"apiurl", "apibaseurl"},
		},
		{Key: IntrospectionURL, Input: URL, Rare: true, Hint: "https://…/introspect", Names: []string{"introspectionurl", "introspectionuri", "introspectionendpoint"}},
		{Key: OAuthAuth, Input: Choice, Rare: true, Choices: []string{AuthBasic, AuthBody}, Names: []string{"authstyle", "authmethod"}},
		{
			Key: OAuthExtra, Input: Pairs, Rare: true, Identity: true, Hint: "resource=…&…",
			Checks: []Check{{Never: reserved, Problem: "extra_reserved", Says: "must not hold grant_type, client_id, client_secret, scope, audience and the like: these have fields of their own, or make another request"}},
		},
	}
}

func oauthProducts() []Product {
	return []Product{
		{Product: ProductOAuthServer},
		{
			Product: ProductKeycloak, Pattern: "https://*/protocol/openid-connect/token", Console: "/admin/",
			Neighbours:    []string{"/.well-known/openid-configuration", "/protocol/openid-connect", "/protocol/openid-connect/auth", "/protocol/openid-connect/certs"},
			Introspection: "/introspect",
			Paths:         []string{"/realms/master/protocol/openid-connect/userinfo"}, Names: []string{"keycloak"},
		},
		{
			Product: ProductAuth0, Pattern: "https://*/oauth/token", Neighbours: []string{"/.well-known/openid-configuration", "/authorize", "/api/v2"}, Console: "https://manage.auth0.com/",
			Defaults: map[string]string{OAuthAuth: AuthBody}, Requires: []string{OAuthAudience},
			Paths: []string{"/api/v2/roles"}, Names: []string{"auth0"},
		},
		{
			Product: ProductEntra, Pattern: "https://login.microsoftonline.com/*/oauth2/v2.0/token", APIBase: "https://graph.microsoft.com",
			Neighbours: []string{"/v2.0/.well-known/openid-configuration", "/v2.0", "/oauth2/v2.0/authorize", "/oauth2/v2.0"},
			Console:    "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
			Defaults:   map[string]string{OAuthAuth: AuthBody, OAuthScope: "https://graph.microsoft.com/.default"},
			Checks: map[string][]Check{OAuthScope: {{
				Match: `^\S+/\.default$`, Problem: "scope_default", Says: "must be one resource and /.default, as https://graph.microsoft.com/.default is",
			}}},
			Probe: "/v1.0/organization",
			Paths: []string{"/v1.0/organization"}, Names: []string{"entra", "azure", "aad"},
		},
		{
			Product: ProductPayPal, Console: "https://developer.paypal.com/dashboard/applications/",
			BaseURLs: map[core.Env]string{
				core.Sandbox: "https://api-m.sandbox.paypal.com/v1/oauth2/token",
				core.Live:    "https://api-m.paypal.com/v1/oauth2/token",
			},
			Probe: "/v1/notifications/webhooks-event-types",
			Paths: []string{"/v1/notifications/webhooks-event-types"}, Names: []string{"paypal"},
		},
	}
}

// oauthSamples are one harmless call for each server whose calls are known, and the
// root of the API for any other.
func oauthSamples() []Folder {
	one := func(key string, product core.Product, path string) Folder {
		return Folder{Key: key, Products: []core.Product{product}, Calls: []Call{{Key: key, Method: "GET", Path: path}}}
	}
	return []Folder{
		one("oauth2", ProductOAuthServer, "/{{path}}"),
		one("keycloak", ProductKeycloak, "/realms/{{realm}}/protocol/openid-connect/userinfo"),
		one("auth0", ProductAuth0, "/api/v2/roles"),
		one("entra", ProductEntra, "/v1.0/organization"),
		one("paypal", ProductPayPal, "/v1/notifications/webhooks-event-types"),
	}
}

// oauthClosed are the calls that give or revoke tokens and secrets, at the servers
// whose calls are known.
func oauthClosed() []Pattern {
	return []Pattern{
		{"", "/oauth/token"},
		{"", "/oauth/revoke"},
		{"", "/oauth2/token"},
		{"", "/oauth2/revoke"},
		{"", "/v1/oauth2/token"},
		{"", "/v1/oauth2/token/terminate"},
		{"", "/*/oauth2/token"},
		{"", "/*/oauth2/v2.0/token"},

		{"", "/realms/*/protocol/openid-connect/token"},
		{"", "/realms/*/protocol/openid-connect/revoke"},
		{"", "/realms/*/protocol/openid-connect/token/introspect"},
		{"", "/oauth/introspect"},
		{"", "/oauth2/introspect"},
		{"GET", "/admin/realms/*/clients"}, // with their secrets
		{"GET", "/admin/realms/*/clients/*"},
		{"", "/admin/realms/*/clients/*/client-secret"},
		{"", "/admin/realms/*/clients/*/client-secret/*"},
		{"", "/admin/realms/*/clients/*/registration-access-token"},
		{"", "/admin/realms/*/clients-initial-access"},
		{"", "/realms/*/clients-registrations/*"},

		{"GET", "/api/v2/clients"}, // with their secrets
		{"GET", "/api/v2/clients/*"},
		{"POST", "/api/v2/clients"},
		{"POST", "/api/v2/clients/*"},
		{"PATCH", "/api/v2/clients/*"},
		{"GET", "/api/v2/connections"},
		{"GET", "/api/v2/connections/*"},

		{"POST", "/v1.0/applications/*"}, // addPassword
		{"POST", "/v1.0/servicePrincipals/*"},
		{"POST", "/beta/applications/*"},
		{"POST", "/beta/servicePrincipals/*"},
		{"POST", "/v1.0/$batch"}, // makes any call that its body names
		{"POST", "/beta/$batch"},

		{"", "/v1/identity/generate-token"},
	}
}
