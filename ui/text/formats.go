package text

// formats are the names of the formats of a token, for menus and for the setting of
// an account.
func formats() table {
	return table{
		"window.format.url":     {"URL of a call", "调用地址"},
		"window.format.curl":    {"curl command", "curl 命令"},
		"window.format.dotenv":  {".env line", ".env 行"},
		"window.format.postman": {"Postman environment", "Postman 环境"},

		"window.menu.copy_call": {"Choose a call…", "选择接口…"},
		"window.copy.title":     {"Copy {account} as", "复制 {account} 为"},
		"window.copy.path":      {"API path", "接口路径"},
		"window.copy.remember":  {"Copy {account} like this from now on", "以后都这样复制 {account}"},

		"flag.copy_format": {"`FORMAT` in which this account's token is copied; empty for the one of the settings", "此账号的复制`格式`；留空则使用设置中的格式"},
		"flag.path":        {"the API `PATH` that the formats url and curl call, instead of {path}", "url 和 curl 格式调用的接口`路径`，默认为 {path}"},
		"show.copy_format": {"copied as", "复制格式"},

		"flag.copy_path_none": {"the API `PATH` that this account's formats url and curl call, such as /me; its kind has none of its own", "此账号的 url 和 curl 格式调用的接口`路径`，如 /me；此类型没有默认路径"},
		"flag.copy_path":      {"the API `PATH` that this account's formats url and curl call; empty for {path}", "此账号的 url 和 curl 格式调用的接口`路径`；留空则为 {path}"},
		"show.copy_path":      {"copied for", "复制用于调用"},

		"problem.path_bad":       {"The path must be like {path}, without host, {token} and #.", "路径应形如 {path}，不含主机名、{token} 和 #。"},
		"problem.format_unknown": {"There is no such format; leave it empty for the one of the settings.", "没有这种格式；留空则使用设置中的格式。"},
	}
}
