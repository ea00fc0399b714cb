package recognise

import (
	"slices"
	"testing"

	"tokentray/core/kinds"
)

// Clients of OAuth 2.0 servers are told by a token URL beside them, or by the name of
// a server that is known; a client ID alone is that of anything.
func TestClients(t *testing.T) {
	r := New(Of(kinds.Builtin())...)
	for _, c := range []struct {
		text string
		want []string
	}{
		{"SSO_CLIENT_ID=crm\nSSO_CLIENT_SECRET=" + secret + "\nSSO_TOKEN_URL=https://sso.example/token\nSSO_SCOPE=read write", []string{"sso/ crm SECRET oauth2 at https://sso.example/token scope=read write"}},
		{"CLIENT_ID=crm\nCLIENT_SECRET=" + secret + "\nTOKEN_URL=https://sso.example/token", []string{"oauth2/ crm SECRET oauth2 at https://sso.example/token"}},
		{"AUTH0_DOMAIN=shop.eu.auth0.com\nAUTH0_CLIENT_ID=crm\nAUTH0_AUDIENCE=https://api", []string{"auth0/ crm oauth2auth0 at shop.eu.auth0.com audience=https://api"}},
		{"AZURE_TENANT_ID=contoso\nAZURE_CLIENT_ID=crm\nAZURE_CLIENT_SECRET=" + secret, []string{"azure/ crm SECRET oauth2entra at contoso"}},
		{"PAYPAL_CLIENT_ID=crm\nPAYPAL_CLIENT_SECRET=" + secret, []string{"paypal/ crm SECRET oauth2paypal"}},
		{"GOOGLE_CLIENT_ID=crm\nGOOGLE_CLIENT_SECRET=" + secret, nil},
		{"GITHUB_CLIENT_ID=crm", nil},
	} {
		got, _ := r.Accounts(variables(c.text), Named{})
		if !slices.Equal(told(got), c.want) {
			t.Errorf("%s: %q, want %q", c.text, told(got), c.want)
		}
	}
}
