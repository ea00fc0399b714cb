package interchange

import (
	"reflect"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

// TestCentralAccountsComeBack: an account of a team's server has no AppID and more
// fields of its own than any other. A list brings back each of them, and what it
// brings is an account that may be added.
func TestCentralAccountsComeBack(t *testing.T) {
	fields := map[string]string{
		kinds.CentralQuery: "appid=wx0123456789abcdef&env=a%26b", kinds.APIURL: "https://api.weixin.qq.com", kinds.CentralMethod: "POST",
		kinds.CentralKeyPlace: kinds.KeyInHeader, kinds.CentralKeyName: "X-Api-Key", kinds.CentralAnswer: kinds.AnswerJSON,
		kinds.CentralTokenPath: "data.access_token", kinds.CentralLifePath: "data.expires_in", kinds.CentralStaleURL: "https://tokens.example.com/refresh",
		kinds.CentralStaleName: "force=true", kinds.CentralPoll: "300",
	}
	set := kinds.Builtin()
	spec, _ := set.Of(kinds.Central)
	for _, f := range spec.Fields {
		_, plain := core.PlainOf(f.Key)
		switch {
		case plain || f.Key == kinds.Secret:
		case f.Input == kinds.Bool:
			fields[f.Key] = "true"
		case fields[f.Key] == "":
			t.Errorf("say what the field %s may hold", f.Key)
		}
	}
	accounts := []core.Account{
		{
			Name: "all", Env: core.Live, Kind: kinds.Central, Product: kinds.ProductCentralOther, BaseURL: "https://tokens.example.com/v1/token",
			Proxy: "socks5://dev@127.0.0.1:1080", Note: "of the team, \"one\"\nfor all", Params: core.ParamsOf(fields),
		},
		{Name: "plain", Env: core.Sandbox, Kind: kinds.Central, Product: kinds.ProductCentralWeChat, BaseURL: "http://127.0.0.1:8080/token"},
		{
			Name: "work", Env: core.Sandbox, Kind: kinds.Central, Product: kinds.ProductCentralWeCom, BaseURL: "https://tokens.example.com/work",
			Params: core.ParamsOf(map[string]string{kinds.CentralAnswer: kinds.AnswerText, kinds.CentralPoll: "30"}),
		},
	}
	for what, encode := range map[string]func([]core.Account) ([]byte, error){"list.json": AccountsJSON, "list.csv": AccountsCSV} {
		data, err := encode(accounts)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Read(data, Options{FileName: what})
		if err != nil || len(f.Accounts) != len(accounts) || len(f.Remarks) > 0 {
			t.Fatalf("%s: %d accounts, remarks %v, %v, of\n%s", what, len(f.Accounts), f.Remarks, err, data)
		}
		for i, a := range accounts {
			got := f.Accounts[i]
			got.Line = 0
			if w := want(a, false); !reflect.DeepEqual(got, w) {
				t.Errorf("%s, %s:\ngot  %+v\nwant %+v", what, a.Name, got, w)
			}
			a.ID = core.NewID()
			a.AppID, a.Params, a.BaseURL = got.AppID, core.ParamsOf(got.Params), *got.BaseURL
			if bad := set.Check(set.Clean(a)).Fatal(); len(bad) > 0 {
				t.Errorf("%s, %s cannot be added: %v", what, a.Name, bad)
			}
		}
	}
}
