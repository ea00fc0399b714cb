package interchange

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

// TestApplicationsInCSV: what tells the applications of a corp apart goes into a list
// and comes back, and a spreadsheet of somebody's own is read by the names that people
// use.
func TestApplicationsInCSV(t *testing.T) {
	const corp = "ww0123456789abcdef"
	of := func(name, key, value string) core.Account {
		return core.Account{
			Name: name, Env: core.Live, Kind: kinds.WeCom, Product: kinds.ProductCorpOwn, AppID: corp,
			Params: map[string]string{key: value}, BaseURL: "https://qy.example.com",
		}
	}
	accounts := []core.Account{of("hr", "agent", "1000002"), of("people", "label", "=contacts")}
	list, err := AccountsCSV(accounts)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(list, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if i, j := slices.Index(rows[0], "param.agent"), slices.Index(rows[0], "param.label"); i < 0 || j < 0 || rows[1][i] != "1000002" || rows[2][j] != "'=contacts" {
		t.Errorf("the list is %q", rows)
	}
	own := "账号名称,类型,企业ID,AgentId,Secret\nhr,企业微信," + corp + ",1000002," + secretA + "\nsales,wecom," + corp + ",1000003,\n"
	for _, file := range []struct{ name, text string }{{"team.csv", string(list)}, {"apps.csv", own}} {
		f, err := Read([]byte(file.text), Options{FileName: file.name})
		if err != nil || len(f.Accounts) != 2 {
			t.Fatalf("%s: %+v, %v", file.name, f.Accounts, err)
		}
		for i, a := range f.Accounts {
			if a.AppID != corp || a.Kind != kinds.WeCom {
				t.Errorf("%s, %s: %s of kind %q", file.name, a.Name, a.AppID, a.Kind)
			}
			want := accounts[i].Params
			if file.name == "apps.csv" {
				want = map[string]string{"agent": []string{"1000002", "1000003"}[i]}
			}
			for key, value := range want {
				if a.Params[key] != value {
					t.Errorf("%s, %s: %s is %q, want %q", file.name, a.Name, key, a.Params[key], value)
				}
			}
		}
	}
}
