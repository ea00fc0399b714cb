package window

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// The form shows what an account of a server has that leaves a field empty, and saves
// nothing of it.
func TestTheFormFollowsTheProduct(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.accounts.form.chooseKind(string(kinds.OAuth2))
	s.mustSay("Token URL", "Client ID", "Client secret", "Audience")
	hint := func(field string) string { return s.accounts.form.fields[field].(*kit.Entry).PlaceHolder }
	for _, tt := range []struct {
		product        core.Product
		tokenURL, auth string
		scope          string
	}{
		{kinds.ProductOAuthServer, "https://…/token", kinds.AuthBasic, "read write"},
		{kinds.ProductEntra, "https://login.microsoftonline.com/…/oauth2/v2.0/token", kinds.AuthBody, "https://graph.microsoft.com/.default"},
		{kinds.ProductPayPal, "https://api-m.sandbox.paypal.com/v1/oauth2/token", kinds.AuthBasic, "read write"},
	} {
		s.accounts.form.choosePlace("product", func() { s.accounts.form.draft.Product = tt.product })
		d := s.accounts.form.draft
		if got := [...]string{hint(kinds.BaseURL), hint(kinds.OAuthScope), d.spec().Param(d.Account, kinds.OAuthAuth)}; got != [...]string{tt.tokenURL, tt.scope, tt.auth} {
			t.Errorf("%s: %q", tt.product, got)
		}
		if a := d.account(); a.BaseURL != "" || !a.Params.IsZero() {
			t.Errorf("%s: the draft has %q %q", tt.product, a.BaseURL, a.Params)
		}
	}
	s.accounts.form.choosePlace("env", func() { s.accounts.form.draft.Env = core.Live })
	if got := hint(kinds.BaseURL); got != "https://api-m.paypal.com/v1/oauth2/token" {
		t.Errorf("live: %q", got)
	}
}

// The detail says what a token that is a JWT says of itself, and that nobody verified
// it.
func TestTheDetailTellsClaims(t *testing.T) {
	claims := &core.Claims{Issuer: "https://sso.example", Scope: []string{"read", "write"}, Expires: noon.Add(time.Hour)}
	s := openBusy(t, func(a *api.Account) { a.Claims = claims })
	s.mustSay("JWT", "decoded, not verified", "issuer (iss)", "https://sso.example", "read write")
}

// The detail says nothing of a token without claims.
func TestTheDetailTellsNoClaims(t *testing.T) {
	s := openBusy(t, func(a *api.Account) { a.Claims = nil })
	s.mustNotSay("decoded, not verified")
	if s.pane.detail.says.root.Visible() {
		t.Error("an empty box of claims is in sight")
	}
}
