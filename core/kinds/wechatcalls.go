package kinds

import "tokentray/core"

// wechatSamples are WeChat's sample calls. Those that change something are in a
// folder that says so, after those that only read, and reach nobody before their
// variables are filled in.
func wechatSamples() []Folder {
	official := []core.Product{ProductOfficial, ProductTest}
	mini := []core.Product{ProductMini}
	return []Folder{
		{ // what every account may call, with nothing to fill in
			Key: "token", Calls: []Call{
				{Key: "domain_ip", Method: "GET", Path: "/cgi-bin/get_api_domain_ip"},
				{Key: "callback_ip", Method: "GET", Path: "/cgi-bin/getcallbackip"},
			}},
		{ // to find out why a call is refused
			Key: "quota", Calls: []Call{
				{Key: "quota", Method: "POST", Path: "/cgi-bin/openapi/quota/get", Body: `{
  "cgi_path": "/cgi-bin/token"
}`},
				{Key: "rid", Method: "POST", Path: "/cgi-bin/openapi/rid/get", Body: `{
  "rid": "{{rid}}"
}`},
			}},
		{
			Key: "official", Products: official, Calls: []Call{
				{Key: "user_list", Method: "GET", Path: "/cgi-bin/user/get", Query: []Pair{{"next_openid", ""}}},
				{Key: "user_info", Method: "GET", Path: "/cgi-bin/user/info", Query: []Pair{{"openid", "{{openid}}"}, {"lang", "zh_CN"}}},
				{Key: "menu", Method: "GET", Path: "/cgi-bin/get_current_selfmenu_info"},
				{Key: "material_count", Method: "GET", Path: "/cgi-bin/material/get_materialcount"},
				{Key: "draft_count", Method: "GET", Path: "/cgi-bin/draft/count"},
				{Key: "draft_list", Method: "POST", Path: "/cgi-bin/draft/batchget", Body: `{
  "offset": 0,
  "count": 20,
  "no_content": 1
}`},
				{Key: "jsapi_ticket", Method: "GET", Path: "/cgi-bin/ticket/getticket", Query: []Pair{{"type", "jsapi"}}},
			},
		},
		{
			Key: "official_write", Products: official, Calls: []Call{
				{Key: "custom_send", Method: "POST", Path: "/cgi-bin/message/custom/send", Body: `{
  "touser": "{{openid}}",
  "msgtype": "text",
  "text": {
    "content": "Hello from TokenTray"
  }
}`},
				{Key: "draft_add", Method: "POST", Path: "/cgi-bin/draft/add", Body: `{
  "articles": [
    {
      "title": "TokenTray",
      "content": "Hello from TokenTray",
      "thumb_media_id": "{{thumb_media_id}}"
    }
  ]
}`},
				{Key: "qrcode", Method: "POST", Path: "/cgi-bin/qrcode/create", Body: `{
  "expire_seconds": 600,
  "action_name": "QR_STR_SCENE",
  "action_info": {
    "scene": {
      "scene_str": "tokentray"
    }
  }
}`},
			},
		},
		{ // the first answers with a picture
			Key: "mini", Products: mini, Calls: []Call{
				{Key: "wxacode", Method: "POST", Path: "/wxa/getwxacodeunlimit", Body: `{
  "scene": "a=1",
  "page": "pages/index/index",
  "check_path": false,
  "env_version": "trial"
}`},
				{Key: "url_link", Method: "POST", Path: "/wxa/generate_urllink", Body: `{
  "path": "pages/index/index",
  "query": "a=1",
  "env_version": "trial",
  "expire_type": 1,
  "expire_interval": 1
}`},
				{Key: "sec_check", Method: "POST", Path: "/wxa/msg_sec_check", Body: `{
  "openid": "{{openid}}",
  "scene": 1,
  "version": 2,
  "content": "Hello from TokenTray"
}`},
			}},
		{
			Key: "mini_write", Products: mini, Calls: []Call{
				{Key: "subscribe_send", Method: "POST", Path: "/cgi-bin/message/subscribe/send", Body: `{
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
}`},
			},
		},
	}
}

// wechatReads are the calls that change nothing. WeChat also reads by POST, so the
// method says nothing. A call that counts against a number that never grows again,
// such as getwxacode, is not among them.
func wechatReads() []Pattern {
	return []Pattern{
		{"GET", "/cgi-bin/get_api_domain_ip"},
		{"GET", "/cgi-bin/getcallbackip"},
		{"POST", "/cgi-bin/openapi/quota/get"},
		{"POST", "/cgi-bin/openapi/rid/get"},

		{"GET", "/cgi-bin/user/get"},
		{"GET", "/cgi-bin/user/info"},
		{"POST", "/cgi-bin/user/info/batchget"},
		{"POST", "/cgi-bin/user/tag/get"},
		{"GET", "/cgi-bin/tags/get"},
		{"POST", "/cgi-bin/tags/getidlist"},
		{"POST", "/cgi-bin/tags/members/getblacklist"},

		{"GET", "/cgi-bin/menu/get"},
		{"POST", "/cgi-bin/menu/trymatch"},
		{"GET", "/cgi-bin/get_current_selfmenu_info"},
		{"GET", "/cgi-bin/get_current_autoreply_info"},

		{"GET", "/cgi-bin/material/get_materialcount"},
		{"POST", "/cgi-bin/material/batchget_material"},
		{"POST", "/cgi-bin/material/get_material"},
		{"GET", "/cgi-bin/media/get"},
		{"GET", "/cgi-bin/media/get/jssdk"},
		{"GET", "/cgi-bin/draft/count"},
		{"POST", "/cgi-bin/draft/batchget"},
		{"POST", "/cgi-bin/draft/get"},
		{"POST", "/cgi-bin/freepublish/batchget"},
		{"POST", "/cgi-bin/freepublish/get"},
		{"POST", "/cgi-bin/freepublish/getarticle"},
		{"POST", "/cgi-bin/comment/list"},

		{"GET", "/cgi-bin/template/get_industry"},
		{"GET", "/cgi-bin/template/get_all_private_template"},
		{"GET", "/wxaapi/newtmpl/getcategory"},
		{"GET", "/wxaapi/newtmpl/gettemplate"},
		{"GET", "/wxaapi/newtmpl/getpubtemplatetitles"},
		{"GET", "/wxaapi/newtmpl/getpubtemplatekeywords"},
		{"POST", "/cgi-bin/message/mass/get"},
		{"POST", "/cgi-bin/message/mass/speed/get"},
		{"GET", "/cgi-bin/customservice/getkflist"},
		{"GET", "/cgi-bin/customservice/getonlinekflist"},
		{"GET", "/customservice/kfsession/getsession"},
		{"GET", "/customservice/kfsession/getsessionlist"},
		{"GET", "/customservice/kfsession/getwaitcase"},
		{"POST", "/customservice/msgrecord/getmsglist"},

		{"POST", "/datacube/*"}, // statistics
		{"POST", "/wxa/getwxacodeunlimit"},
		{"POST", "/wxa/msg_sec_check"},
		{"POST", "/wxa/queryscheme"},
		{"POST", "/wxa/query_urllink"},
	}
}

// wechatClosed are the calls that answer with a token, a ticket or a session's key,
// take an AppSecret, or spend one of the ten resets of a month.
func wechatClosed() []Pattern {
	return []Pattern{
		{"", "/cgi-bin/token"},
		{"", "/cgi-bin/stable_token"},
		{"", "/cgi-bin/ticket/getticket"},
		{"", "/cgi-bin/component/*"},
		{"", "/sns/*"},
		{"", "/wxa/checksession"},
		{"", "/wxa/resetusersessionkey"},
		{"", "/wxa/business/getuserencryptkey"},
		{"", "/wxa/getsnticket"},
		{"", "/tcb/getqcloudtoken"}, // with the keys of a cloud account
		{"", "/cgi-bin/clear_quota"},
		{"", "/cgi-bin/clear_quota/*"},
		{"", "/cgi-bin/openapi/quota/clear"},
	}
}
