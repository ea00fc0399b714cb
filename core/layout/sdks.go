package layout

import "time"

func silenceper() []Layout {
	const id, sdk, stable = "silenceper", "silenceper/wechat", "silenceper-stable"
	return []Layout{
		{ID: id, SDK: sdk, App: Official, Template: "gowechat_officialaccount__access_token_{appid}", Form: Raw, Margin: silenceperMargin, Writable: true, Reserve: stableMargin},
		{ID: id, SDK: sdk, App: Mini, Template: "gowechat_miniprogram__access_token_{appid}", Form: Raw, Margin: silenceperMargin, Writable: true, Reserve: stableMargin},
		{ID: id, SDK: sdk, App: Work, Template: "gowechat_work__access_token_{appid}[_{agent}]", Form: Raw, Margin: silenceperMargin, Writable: true, Reserve: stableMargin},
		{ID: id, SDK: sdk, App: Component, Template: "component_access_token_{appid}", Form: Raw},
		{ID: stable, SDK: sdk, App: Official, Template: "gowechat_officialaccount__stable_access_token_{appid}", Form: Raw, Margin: stableMargin, Writable: true, Reserve: stableMargin},
		{ID: stable, SDK: sdk, App: Mini, Template: "gowechat_miniprogram__stable_access_token_{appid}", Form: Raw, Margin: stableMargin, Writable: true, Reserve: stableMargin},
	}
}

// PowerWeChat's key tells the app only together with its secret.
func powerwechat() []Layout {
	return []Layout{{
		ID: "powerwechat", SDK: "PowerWeChat", App: Any, Template: "powerwechat.access_token.{digest}", Digest: "{appid}{secret}",
		Form: JSONObject, Writable: true,
	}}
}

// wxjava is WxJava over Jedis and over Spring's RedisTemplate.
func wxjava() []Layout {
	const id, sdk, lock = "wxjava", "WxJava", "lock:{appid}:accessTokenLock"
	const authorizer, component = "wechat_authorizer_access_token:{component}:{appid}", "wechat_component_access_token:{appid}"
	return []Layout{
		{ID: id, SDK: sdk, App: Official, Prefix: "wx:", Template: "access_token:{appid}", Form: Raw, Writable: true, Lock: lock},
		{ID: id, SDK: sdk, App: Mini, Prefix: "wa:", Template: "access_token:{appid}", Form: Raw, Margin: wxjavaMargin, Writable: true, Reserve: wxjavaMargin, Lock: lock},
		{ID: id, SDK: sdk, App: Work, Prefix: "wx:cp:", Template: "wechat_cp_access_token_key:{appid}[:{agent}]", Form: Raw, Writable: true, Lock: "wechat_cp_lock:{appid}[:{agent}]:accessToken"},
		{ID: id, SDK: sdk, App: Authorizer, Template: authorizer, Form: Raw, Margin: wxjavaMargin},
		{ID: id, SDK: sdk, App: Component, Template: component, Form: Raw, Margin: wxjavaMargin},
		{ID: "wxjava-hash", SDK: sdk, App: Mini, Template: "maConfig:[{agent}:]accessToken", Form: Hash, Lock: "maConfig:[{agent}:]accessTokenLock"},
		{ID: "wxjava-old", SDK: sdk, App: Work, Template: "WX_CP_ACCESS_TOKEN", Form: Raw, Expiry: "WX_CP_ACCESS_TOKEN_EXPIRES_TIME", ExpiryUnit: time.Millisecond},
	}
}

// redisson is WxJava over Redisson, with any codec: the token is searched in the
// bytes.
func redisson() []Layout {
	const id, sdk = "wxjava-redisson", "WxJava (Redisson)"
	return []Layout{
		{ID: id, SDK: sdk, App: Official, Prefix: "wx:", Template: "access_token:{appid}", Form: Extracted, Margin: wxjavaMargin, Lock: "lock:{appid}:accessTokenLock"},
		{ID: id, SDK: sdk, App: Mini, Template: "wechat_ma_access_token_key:{appid}", Form: Extracted, Lock: "wechat_ma_lock:{appid}:accessToken"},
		{ID: id, SDK: sdk, App: Work, Prefix: "wx:cp:", Template: "wechat_cp_access_token_key:{appid}[:{agent}]", Form: Extracted, Lock: "wechat_cp_lock:{appid}[:{agent}]:accessToken"},
		{ID: id, SDK: sdk, App: Authorizer, Template: "wechat_authorizer_access_token:{component}:{appid}", Form: Extracted, Margin: wxjavaMargin},
		{ID: id, SDK: sdk, App: Component, Template: "wechat_component_access_token:{appid}", Form: Extracted, Margin: wxjavaMargin},
		{ID: id, SDK: sdk, App: Channel, Prefix: "wh:", Template: "wx_channel_access_token_key:{appid}", Form: Extracted},
	}
}

// Senparc's entries have no time to live, and hold the AppSecret: they are only read.
func senparc() []Layout {
	const sdk, prefix = "Senparc.Weixin", "Senparc:DefaultCache:"
	const official, mini = "Container:Senparc.Weixin.MP.Containers.AccessTokenBag:{appid}", "Container:Senparc.Weixin.WxOpen.Containers.AccessTokenBag:{appid}"
	const work = "Container:Senparc.Weixin.Work.Containers.AccessTokenBag:{appid}@{secret}"
	return []Layout{
		{ID: "senparc", SDK: sdk, App: Official, Prefix: prefix, Template: official, Form: Senparc},
		{ID: "senparc", SDK: sdk, App: Mini, Prefix: prefix, Template: mini, Form: Senparc},
		{ID: "senparc", SDK: sdk, App: Work, Prefix: prefix, Template: work, Form: Senparc},
		{ID: "senparc-hash", SDK: sdk, App: Official, Prefix: prefix, Template: official, Form: BagInHash},
		{ID: "senparc-hash", SDK: sdk, App: Mini, Prefix: prefix, Template: mini, Form: BagInHash},
		{ID: "senparc-hash", SDK: sdk, App: Work, Prefix: prefix, Template: work, Form: BagInHash},
	}
}

func easywechat() []Layout {
	const id, sdk, five = "easywechat6", "EasyWeChat 6", "easywechat5"
	const kernel = "easywechat.kernel.access_token.{digest}"
	return []Layout{
		{ID: id, SDK: sdk, App: Official, Template: "official_account.access_token.{appid}.{secret}.{stable}", Form: PHPText},
		{ID: id, SDK: sdk, App: Mini, Template: "mini_app.access_token.{appid}.{secret}.{stable}", Form: PHPText},
		{ID: id, SDK: sdk, App: Work, Template: "work.access_token.{appid}.{secret}", Form: PHPText},
		{ID: id, SDK: sdk, App: Component, Template: "open_platform.component_access_token.{appid}", Form: PHPText, Margin: 100 * time.Second},
		{ID: id, SDK: sdk, App: Suite, Template: "open_work.suite_access_token.{appid}.{secret}", Form: PHPText},
		{ID: id, SDK: sdk, App: Provider, Template: "open_work.access_token.{appid}.{secret}", Form: PHPText},
		{ID: id, SDK: sdk, App: Authorizer, Template: "open_work.authorizer.access_token.{appid}.{secret}", Form: PHPText},
		{ID: five, SDK: "EasyWeChat 5", App: Work, Template: kernel, Digest: `{"corpid":"{appid}","corpsecret":"{secret}"}`, Form: PHPArray},
		{ID: five, SDK: "EasyWeChat 5", App: Any, Template: kernel, Digest: `{"grant_type":"client_credential","appid":"{appid}","secret":"{secret}"}`, Form: PHPArray},
	}
}

// wechatpy stores the time of expiry of a corp's token under a key that all apps of
// the corp share: for WeCom only the time to live counts.
func wechatpy() []Layout {
	const id, sdk = "wechatpy", "wechatpy"
	const token, expiry = "{appid}_access_token", "{appid}_access_token_expires_at"
	return []Layout{
		{ID: id, SDK: sdk, App: Work, Prefix: "wechatpy:", Template: "{appid}_{secret10}_access_token", Form: JSONText},
		{ID: id, SDK: sdk, App: Official, Prefix: "wechatpy:", Template: token, Form: JSONText, Expiry: expiry, ExpiryUnit: time.Second},
		{ID: id, SDK: sdk, App: Mini, Prefix: "wechatpy:", Template: token, Form: JSONText, Expiry: expiry, ExpiryUnit: time.Second},
	}
}

// plain are entries under a key that an application chose.
func plain() []Layout {
	return []Layout{
		{ID: "plain", SDK: "plain text", App: Any, Form: Raw, Writable: true},
		{ID: "json", SDK: "JSON", App: Any, Form: JSONObject, Writable: true},
		{ID: "php", SDK: "EasyWeChat 6 (setKey)", App: Any, Form: PHPText, Writable: true},
	}
}
