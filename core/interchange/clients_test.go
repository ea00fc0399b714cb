package interchange

import (
	"maps"
	"slices"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

// TestClientsInFiles: clients of OAuth 2.0 servers go into a list and come back, and are
// read from a spreadsheet and from variables by the names that people use.
func TestClientsInFiles(t *testing.T) {
	const tokenURL = "https://sso.example/token/"
	client := core.Account{
		Name: "crm", Env: core.Live, Kind: kinds.OAuth2, Product: kinds.ProductOAuthServer, AppID: "crm", BaseURL: tokenURL,
		Params: core.ParamsOf(map[string]string{"scope": "read write", "extra": "resource=https://r.example"}),
	}
	list, err := AccountsCSV([]core.Account{client})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []struct {
		name, text string
		params     map[string]string
	}{
		{"team.csv", string(list), client.Params.Map()},
		{"own.csv", "name,env,kind,client_id,client_secret,token_url,scope,param.resource,domain\ncrm,live,oauth2,crm," + secretA + "," + tokenURL + ",read write,https://r.example,shop.example\n", map[string]string{"scope": "read write", "resource": "https://r.example"}},
		{"production.env", "CRM_CLIENT_ID=crm\nCRM_CLIENT_SECRET=" + secretA + "\nCRM_TOKEN_URL=" + tokenURL + "\nCRM_SCOPE=\"read write\"\n", map[string]string{"scope": "read write"}},
	} {
		f, err := Read([]byte(file.text), Options{FileName: file.name})
		if err != nil || len(f.Accounts) != 1 {
			t.Fatalf("%s: %+v, %v", file.name, f.Accounts, err)
		}
		a := f.Accounts[0]
		if a.AppID != "crm" || a.Kind != kinds.OAuth2 || a.BaseURL == nil || *a.BaseURL != tokenURL || !maps.Equal(a.Params, file.params) {
			t.Errorf("%s: %+v", file.name, a)
		}
		if own := file.name == "own.csv"; slices.ContainsFunc(f.Remarks, func(r Remark) bool { return r.Code == RemarkColumn && r.Line == 9 }) != own {
			t.Errorf("%s: %+v", file.name, f.Remarks)
		}
	}
}
