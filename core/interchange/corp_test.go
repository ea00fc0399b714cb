package interchange

import (
	"bytes"
	"encoding/csv"
	"maps"
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
			Params: core.ParamsOf(map[string]string{key: value}), BaseURL: "https://qy.example.com",
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
			want := accounts[i].Params.Map()
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

// accountsOf are the accounts in a file, each as name, kind, ID, URL and params.
func accountsOf(t *testing.T, name, text string) []string {
	t.Helper()
	f, err := Read([]byte(text), Options{FileName: name})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var out []string
	for _, a := range f.Accounts {
		line := a.Name + " " + string(a.Kind) + " " + a.AppID
		if a.BaseURL != nil {
			line += " at " + *a.BaseURL
		}
		for _, key := range slices.Sorted(maps.Keys(a.Params)) {
			line += " " + key + "=" + a.Params[key]
		}
		out = append(out, line+" "+a.Secret.Reveal())
	}
	for _, r := range f.Remarks {
		if r.Code != RemarkEnv {
			out = append(out, "remark "+r.Code+" "+r.Key)
		}
	}
	return out
}

// TestApplicationsOfOneCompany: a CorpID that stands once belongs to each application
// around or below it, and what is not an application's secret makes no account.
func TestApplicationsOfOneCompany(t *testing.T) {
	const corp = "ww0123456789abcdef"
	crm, hr := "crm wecom "+corp+" agent=1000002 "+secretA, "hr wecom "+corp+" agent=1000003 "+secretB
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a.env", "WECOM_CORPID=" + corp + "\nWECOM_CRM_AGENTID=1000002\nWECOM_CRM_SECRET=" + secretA + "\nWECOM_HR_AGENTID=1000003\nWECOM_HR_SECRET=" + secretB, []string{crm, hr}},
		{"behind.env", "WECOM_CORP_ID=" + corp + "\nWECOM_AGENT_ID_CRM=1000002\nWECOM_SECRET_CRM=" + secretA + "\nWECOM_AGENT_ID_HR=1000003\nWECOM_SECRET_HR=" + secretB, []string{crm, hr}},
		{"before.env", "WECOM_CORPID=" + corp + "\nCRM_WECOM_AGENTID=1000002\nCRM_WECOM_SECRET=" + secretA, []string{crm}},
		{"numbers.env", "WECOM_CORPID=" + corp + "\nWECOM_AGENTID_1=1000002\nWECOM_SECRET_1=" + secretA, []string{"wecom-1 wecom " + corp + " agent=1000002 " + secretA}},
		{"own.env", "WECOM_CORPID=" + corp + "\nWECOM_AGENTID=1\nWECOM_SECRET=" + secretB + "\nWECOM_CRM_AGENTID=1000002\nWECOM_CRM_SECRET=" + secretA, []string{"wecom wecom " + corp + " agent=1 " + secretB, crm}},
		{"contacts.env", "WECOM_CORPID=" + corp + "\nWECOM_AGENTID=1\nWECOM_SECRET=" + secretB + "\nWECOM_CONTACT_SECRET=" + secretA, []string{"wecom wecom " + corp + " agent=1 " + secretB, "contact wecom " + corp + " label=contact " + secretA}},
		{"section.env", "CORPID=" + corp + "\n[crm]\nagentid=1000002\nsecret=" + secretA + "\n[hr]\nagentid=1000003\nsecret=" + secretB, []string{crm, hr}},
		{"older.env", "WECOM_CORPID=wx0123456789abcdef\nWECOM_CRM_AGENTID=1000002\nWECOM_CRM_SECRET=" + secretA, []string{"crm wecom wx0123456789abcdef agent=1000002 " + secretA}},
		{"others.env", "CORPID=" + corp + "\nAGENTID=1\nSECRET=" + secretB + "\nGITHUB_SECRET=" + secretA + "\nWECOM_JWT_SECRET=" + secretA, []string{"wecom wecom " + corp + " agent=1 " + secretB, "remark lonely WECOM_JWT_SECRET"}},
		{"a.yml", "wx:\n  cp:\n    corp-id: " + corp + "\n    app-configs:\n      - agent-id: 1000002\n        secret: " + secretA + "\n        token: t\n      - agent-id: 1000003\n        secret: " + secretB + "\n", []string{"wx-cp-1 wecom " + corp + " agent=1000002 " + secretA, "wx-cp-2 wecom " + corp + " agent=1000003 " + secretB}},
		{"a.properties", "wechat.cp.corpId=" + corp + "\nwechat.cp.appConfigs[0].agentId=1000002\nwechat.cp.appConfigs[0].secret=" + secretA + "\n", []string{"wechat-cp-1 wecom " + corp + " agent=1000002 " + secretA}},
		{"appsettings.json", `{"WeCom":{"CorpId":"` + corp + `","Crm":{"AgentId":1000002,"Secret":"` + secretA + `"}}}`, []string{"Crm wecom " + corp + " agent=1000002 " + secretA}},
		{"tenants.yml", "wx:\n  cp:\n    corps:\n      crm:\n        corp-id: " + corp + "\n        corp-secret: " + secretA + "\n        agent-id: 1000002\n", []string{crm}},
		{"corp.csv", "corpid,agentid,secret\n" + corp + ",1000002," + secretA + "\n" + corp + ",1000003," + secretB + "\n", []string{"wecom-1000002 wecom " + corp + " agent=1000002 " + secretA, "wecom-1000003 wecom " + corp + " agent=1000003 " + secretB}},
		{"named.csv", "name,corpid,agentid,secret\ncrm," + corp + ",1000002," + secretA + "\n", []string{crm}},
		{"older.csv", "name,corpid,agentid,secret\ncrm,wx0123456789abcdef,1000002," + secretA + "\n", []string{"crm wecom wx0123456789abcdef agent=1000002 " + secretA}},
		{"clients.csv", "client_id,client_secret,token_url\ncrm," + secretA + ",https://sso.example/token\n", []string{"crm oauth2 crm at https://sso.example/token " + secretA}},
		{"semicolons.csv", "client_id;client_secret;token_url\ncrm;" + secretA + ";https://sso.example/token\n", []string{"crm oauth2 crm at https://sso.example/token " + secretA}},
		{"central.csv", "name,kind,base_url,secret\nteam,central,https://tokens.example/wx," + secretA + "\n", []string{"team central  at https://tokens.example/wx " + secretA}},
		{"bare.csv", "token_url,key\nhttps://tokens.example/wx," + secretA + "\n", []string{"tokens.example central  at https://tokens.example/wx " + secretA}},
		{"wechat.csv", "appid,secret\nwx0123456789abcdef," + secretA + "\n", []string{"wx0123456789abcdef  wx0123456789abcdef " + secretA}},
		{"central.env", "CENTRAL_TOKEN_URL=https://tokens.example/wx\nCENTRAL_TOKEN_KEY=" + secretA, []string{"central central  at https://tokens.example/wx " + secretA}},
	} {
		if got := accountsOf(t, c.name, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestWhatIsNoTable: lines that only look like a header are none.
func TestWhatIsNoTable(t *testing.T) {
	for _, text := range []string{"secret,key\n" + secretA + ",1\n", "name,secret\nx," + secretA + "\n", "name,domain,secret\nx,shop.example," + secretA + "\n"} {
		if f, err := Read([]byte(text), Options{FileName: "a.csv"}); err == nil {
			t.Errorf("%q: %+v", text, f.Accounts)
		}
	}
	if f, err := Read([]byte("WX_APPID=wx0123456789abcdef,secret\nWX_SECRET="+secretA+"\n"), Options{}); err == nil && f.Source == CSV {
		t.Errorf("variables are read as a table: %+v", f)
	}
}
