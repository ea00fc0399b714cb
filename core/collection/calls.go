package collection

import (
	"slices"
	"strings"

	"tokentray/core"
)

// call is a sample call of WeChat's. Braces in its parts are variables that the
// person fills in: {{openid}}.
type call struct {
	key    string // its title is starter.call. and this
	method string
	path   string
	query  []pair
	body   string // JSON; empty: none
}

type pair struct{ name, value string }

// group is a folder of calls.
type group struct {
	key   string // its title is starter.group. and this
	calls []call
}

// variables are what the sample calls of the products leave open.
func variables(groups []group) []string {
	var out []string
	for _, g := range groups {
		for _, c := range g.calls {
			all := c.body
			for _, q := range c.query {
				all += q.value
			}
			for _, v := range openVariables() {
				if strings.Contains(all, "{{"+v+"}}") && !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

// openVariables are all that sample calls may leave open.
func openVariables() []string { return []string{"openid", "template_id", "thumb_media_id", "rid"} }

// groups are the calls for accounts of the products. What changes something
// stands in a group that says so, behind those that only read, and reaches
// nobody before its variables are filled in.
func groups(products []core.Product) []group {
	has := func(p core.Product) bool { return slices.Contains(products, p) }
	out := []group{{"token", tokenCalls()}, {"quota", quotaCalls()}}
	if has(core.ProductOfficial) || has(core.ProductTest) {
		out = append(out, group{"official", officialReads()}, group{"official_write", officialWrites()})
	}
	if has(core.ProductMini) {
		out = append(out, group{"mini", miniCalls()}, group{"mini_write", miniWrites()})
	}
	return out
}

// tokenCalls are what every account may call, with nothing to fill in: a run of
// them tells whether all is well.
func tokenCalls() []call {
	return []call{
		{"domain_ip", "GET", "/cgi-bin/get_api_domain_ip", nil, ""},
		{"callback_ip", "GET", "/cgi-bin/getcallbackip", nil, ""},
	}
}

// quotaCalls are for finding out why a call is refused.
func quotaCalls() []call {
	return []call{
		{"quota", "POST", "/cgi-bin/openapi/quota/get", nil, `{
  "cgi_path": "/cgi-bin/token"
}`},
		{"rid", "POST", "/cgi-bin/openapi/rid/get", nil, `{
  "rid": "{{rid}}"
}`},
	}
}

// officialReads are for 公众号, 服务号 and 测试号.
func officialReads() []call {
	return []call{
		{"user_list", "GET", "/cgi-bin/user/get", []pair{{"next_openid", ""}}, ""},
		{"user_info", "GET", "/cgi-bin/user/info", []pair{{"openid", "{{openid}}"}, {"lang", "zh_CN"}}, ""},
		{"menu", "GET", "/cgi-bin/get_current_selfmenu_info", nil, ""},
		{"material_count", "GET", "/cgi-bin/material/get_materialcount", nil, ""},
		{"draft_count", "GET", "/cgi-bin/draft/count", nil, ""},
		{"draft_list", "POST", "/cgi-bin/draft/batchget", nil, `{
  "offset": 0,
  "count": 20,
  "no_content": 1
}`},
		{"jsapi_ticket", "GET", "/cgi-bin/ticket/getticket", []pair{{"type", "jsapi"}}, ""},
	}
}

func officialWrites() []call {
	return []call{
		{"custom_send", "POST", "/cgi-bin/message/custom/send", nil, `{
  "touser": "{{openid}}",
  "msgtype": "text",
  "text": {
    "content": "Hello from TokenTray"
  }
}`},
		{"draft_add", "POST", "/cgi-bin/draft/add", nil, `{
  "articles": [
    {
      "title": "TokenTray",
      "content": "Hello from TokenTray",
      "thumb_media_id": "{{thumb_media_id}}"
    }
  ]
}`},
		{"qrcode", "POST", "/cgi-bin/qrcode/create", nil, `{
  "expire_seconds": 600,
  "action_name": "QR_STR_SCENE",
  "action_info": {
    "scene": {
      "scene_str": "tokentray"
    }
  }
}`},
	}
}

// miniCalls are for 小程序. The first answers with a picture.
func miniCalls() []call {
	return []call{
		{"wxacode", "POST", "/wxa/getwxacodeunlimit", nil, `{
  "scene": "a=1",
  "page": "pages/index/index",
  "check_path": false,
  "env_version": "trial"
}`},
		{"url_link", "POST", "/wxa/generate_urllink", nil, `{
  "path": "pages/index/index",
  "query": "a=1",
  "env_version": "trial",
  "expire_type": 1,
  "expire_interval": 1
}`},
		{"sec_check", "POST", "/wxa/msg_sec_check", nil, `{
  "openid": "{{openid}}",
  "scene": 1,
  "version": 2,
  "content": "Hello from TokenTray"
}`},
	}
}

func miniWrites() []call {
	return []call{{"subscribe_send", "POST", "/cgi-bin/message/subscribe/send", nil, `{
  "touser": "{{openid}}",
  "template_id": "{{template_id}}",
  "page": "pages/index/index",
  "miniprogram_state": "developer",
  "lang": "zh_CN",
  "data": {
    "thing1": {
      "value": "TokenTray"
    }
  }
}`}}
}

// url is the call's URL with the variables base_url and access_token spelled as
// the client does.
func (c call) url(base, token string) string {
	var b strings.Builder
	b.WriteString(base + c.path + "?access_token=" + token)
	for _, q := range c.query {
		b.WriteString("&" + q.name + "=" + q.value)
	}
	return b.String()
}
