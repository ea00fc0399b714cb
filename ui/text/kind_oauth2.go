package text

import "tokentray/core/kinds"

// kindOAuth2 are the sentences of the kind oauth2.
func kindOAuth2() table {
	return table{
		"kind.oauth2":       {"OAuth2", "OAuth2"},
		"kind.oauth2.say":   {"OAuth 2.0 client credentials: a token for a client ID and its secret. Disturbs nobody: each token lives to its own end.", "OAuth 2.0 客户端凭据：由 client ID 和 client secret 换取 token。互不干扰：每个 token 都会用到自己的有效期结束。"},
		"kind.oauth2.force": {"The server gives another token; the current one lives on to its end.", "服务器会发放一个新的 token，当前的 token 在到期前仍然有效。"},
		"kind.oauth2.force_live": {
			"Nothing breaks: the server gives another token, and the current one lives on to its end.",
			"不会影响任何程序：服务器会发放一个新的 token，当前的 token 在到期前仍然有效。",
		},

		"product.oauth2-server":       {"Any OAuth2 server", "任意 OAuth2 服务器"},
		"product.oauth2-server.short": {"Any", "任意"},
		"product.keycloak":            {"Keycloak", "Keycloak"},
		"product.keycloak.short":      {"Keycloak", "Keycloak"},
		"product.auth0":               {"Auth0", "Auth0"},
		"product.auth0.short":         {"Auth0", "Auth0"},
		"product.entra":               {"Microsoft Entra", "Microsoft Entra"},
		"product.entra.short":         {"Entra", "Entra"},
		"product.paypal":              {"PayPal", "PayPal"},
		"product.paypal.short":        {"PayPal", "PayPal"},

		"field.oauth2.base_url":          {"Token URL", "Token URL"},
		"field.oauth2.appid":             {"Client ID", "Client ID"},
		"field.oauth2.secret":            {"Client secret", "Client secret"},
		"field.oauth2.scope":             {"Scope", "Scope"},
		"field.oauth2.audience":          {"Audience", "Audience"},
		"field.oauth2.api_url":           {"API URL", "API 地址"},
		"field.oauth2.introspection_url": {"Introspection URL", "Introspection 地址"},
		"field.oauth2.auth":              {"Client authentication", "客户端认证方式"},
		"field.oauth2.auth.basic":        {"Basic header", "Basic 请求头"},
		"field.oauth2.auth.body":         {"request body", "请求体"},
		"field.oauth2.extra":             {"More parameters", "更多参数"},

		"problem.oauth2.base_url_empty": {said(kinds.SaysTokenEndpoint), "请填写服务器 token 端点的 URL。"},
		"problem.oauth2.appid_empty":    {said(kinds.SaysCopyClientID), "请从服务器的管理后台复制 client ID。"},
		"problem.oauth2.appid_chars":    {"A client ID is one line of ASCII, at most 256 characters; copy it again.", "Client ID 是一行 ASCII 字符，最多 256 个，请重新复制。"},
		"problem.oauth2.secret_empty":   {said(kinds.SaysCopyClientSecret), "请从服务器的管理后台复制 client secret。"},
		"problem.oauth2.secret_chars":   {"A client secret holds no line ends and nothing beyond ASCII; copy it again.", "Client secret 不含换行，也只含 ASCII 字符，请重新复制。"},
		"problem.oauth2.scope_chars":    {"A scope is words of ASCII without quotes, with blanks between.", "Scope 由 ASCII 字符组成，不含引号，多个以空格分隔。"},
		"problem.oauth2.scope_default":  {"Microsoft Entra takes one resource and /.default here, such as https://graph.microsoft.com/.default.", "Microsoft Entra 在此只接受“资源/.default”，例如 https://graph.microsoft.com/.default。"},
		"problem.oauth2.audience_chars": {"An audience is one word, often a URL.", "Audience 是一个不含空格的值，通常是 URL。"},
		"problem.oauth2.audience_empty": {"Auth0 wants the API's identifier as the audience.", "Auth0 需要以 API 的 Identifier 作为 audience。"},
		"problem.oauth2.extra_bad":      {"Write it as name=value&name=value, with %26 for a & inside.", "应写作 名称=值&名称=值，值中的 & 写作 %26。"},
		"problem.oauth2.extra_reserved": {"grant_type, client_id, client_secret, scope, audience and the like have fields of their own, or are the request's.", "grant_type、client_id、client_secret、scope、audience 等另有字段，或由请求自己决定。"},

		"remedy.oauth2.secret": {
			"Enter the client secret again; if it is right, see the client ID and how the server wants them sent (--auth basic or body): tokentray edit {account} --secret",
			"请重新填写 client secret；如无误，请检查 client ID 以及服务器要求的发送方式（--auth basic 或 body）：tokentray edit {account} --secret",
		},
		"remedy.oauth2.grant": {
			"See in the server's console that the client may use client credentials, and correct token URL, scope, audience or parameters: tokentray edit {account} --scope SCOPE",
			"请在服务器的管理后台确认此客户端可以使用 client credentials，并更正 token URL、scope、audience 或其他参数：tokentray edit {account} --scope SCOPE",
		},
		"remedy.oauth2.quota_minute": {
			"Wait a minute; find out who else asks this server for tokens so often.",
			"请等待一分钟，并查明还有谁在频繁获取 token。",
		},
		"cause.oauth2.secret":            {"The server does not know this client, or refuses its secret.", "服务器不认识这个客户端，或不接受它的 secret。"},
		"cause.oauth2.quota_minute":      {"The server is asked for tokens too often.", "向服务器获取 token 过于频繁。"},
		"window.remedy.oauth2.secret":    {"Enter it again; if it is right, see client ID and the way they are sent.", "请重新填写；如无误，请检查 client ID 与发送方式。"},
		"starter.oauth2.title":           {"OAuth2 with TokenTray", "OAuth2 接口（TokenTray）"},
		"starter.oauth2.rest.again":      {"After status 401: send the second request, then the first again.", "遇到状态码 401：先发送第二个请求，再重新发送第一个。"},
		"starter.oauth2.jetbrains.again": {"After status 401: send the second request, which also takes the token that works.", "遇到状态码 401：发送第二个请求，它同时取得有效的 token。"},
		"starter.group.oauth2":           {"Any server: only reads", "任意服务器：只读"},
		"starter.group.keycloak":         {"Keycloak: only reads", "Keycloak：只读"},
		"starter.group.auth0":            {"Auth0: only reads", "Auth0：只读"},
		"starter.group.entra":            {"Microsoft Graph: only reads", "Microsoft Graph：只读"},
		"starter.group.paypal":           {"PayPal: only reads", "PayPal：只读"},
		"starter.call.oauth2":            {"A path of the API", "API 的一个路径"},
		"starter.call.keycloak":          {"Who the token is for (its scope must hold openid)", "token 属于谁（scope 须包含 openid）"},
		"starter.call.auth0":             {"Roles", "角色列表"},
		"starter.call.entra":             {"The organization", "组织信息"},
		"starter.call.paypal":            {"Kinds of webhook events", "Webhook 事件类型"},
	}
}
