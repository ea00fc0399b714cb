package text

import "tokentray/core"

// callWords are the sentences about calls that the agent makes with a token in them.
func callWords() table {
	return table{
		"usage.call":             {"name the account and the path of the call: tokentray call NAME [METHOD] PATH", "请指定账号和接口路径：tokentray call 名称 [方法] 路径"},
		"usage.call_header":      {"a header is written NAME: VALUE", "请求头写作 NAME: VALUE"},
		"usage.call_header_own":  {"the header {name} is not sent on; leave it out", "请求头 {name} 不会转发，请去掉"},
		"usage.call_fragment":    {"the path has a #; leave it out, or write it as %23", "路径中有 #；请去掉，或写作 %23"},
		"usage.call_bodies":      {"a call has one body: fields (-f, -F), --input or --form", "一次调用只能有一种请求体：字段（-f、-F）、--input 或 --form"},
		"usage.call_field":       {"a field is written KEY=VALUE; KEY[INNER]=VALUE and KEY[]=VALUE lead into objects and lists", "字段写作 键=值；键[内层]=值 和 键[]=值 表示对象和列表"},
		"usage.call_field_twice": {"the field {name} is in the place of another one", "字段 {name} 的位置上已有其他值"},
		"usage.call_form":        {"a part of a form is written NAME=VALUE or NAME=@FILE", "表单项写作 名称=值 或 名称=@文件"},
		"usage.call_file":        {"cannot read {file}: {why}", "无法读取 {file}：{why}"},
		"usage.call_file_long":   {"{file} is too long for a field; send it with --input or --form", "{file} 太长，不能作为字段；请用 --input 或 --form 发送"},
		"usage.call_file_bytes":  {"{file} is not text, and a field must be; send it with --input or --form", "{file} 不是文本，不能作为字段；请用 --input 或 --form 发送"},
		"usage.call_out":         {"cannot write {file}: {why}; nothing was called", "无法写入 {file}：{why}；未发起调用"},
		"usage.call_out_none":    {"{file} is a folder, a link or a device; name a file for --output; nothing was called", "{file} 是文件夹、链接或设备；请为 --output 指定文件；未发起调用"},
		"usage.call_out_there":   {"{file} is there already; give --force to replace it, or another --output; nothing was called", "{file} 已存在；使用 --force 替换，或更换 --output；未发起调用"},
		"usage.call_folder":      {"{file} is a folder; name a file", "{file} 是文件夹，请指定文件"},
		"usage.call_jq":          {"the expression of --jq cannot be read: {why}", "--jq 的表达式有误：{why}"},
		"usage.call_jq_run":      {"the expression of --jq does not fit the answer: {why}", "--jq 的表达式与应答不符：{why}"},
		"usage.call_output_jq":   {"--jq and --output exclude each other; leave one of them out", "--jq 与 --output 不能同时使用，请去掉其中一个"},
		"ask.call_body":          {"The value (not shown)", "值（输入不显示）"},
		"call.live":              {"{account} is live, and this call may change it: {call}", "{account} 是生产账号，此调用可能会改动它：{call}"},
		"call.live_ask":          {"Make the call?", "确定调用？"},
		"call.reads":             {"this call reads; nothing was sent", "这是读取类调用；未发送任何内容"},
		"call.writes":            {"this call may change something; nothing was sent", "此调用可能会改动数据；未发送任何内容"},
		"call.body":              {"({bytes} bytes, {type})", "（{bytes} 字节，{type}）"},
		"call.body_stream":       {"(a body of unknown length)", "（长度未知的请求体）"},
		"call.renewed":           {"the token was dead; the call was made again with a new one", "token 已失效；已换新 token 重新调用"},
		"call.not_again":         {"the token was dead and is renewed now, but the body was too long to be sent again; make the call again", "token 已失效并已换新，但请求体过长，未重新发送；请再次调用"},
		"call.written":           {"written to {file}", "已写入 {file}"},
		"cause.call_path":        {"The call cannot be made: {message}", "无法调用：{message}"},
		"remedy.call_path":       {"Write the path as the upstream's documentation has it, beginning with a slash, and what is special as %XX.", "请按上游文档书写路径，以斜杠开头，特殊字符写作 %XX。"},
		"cause.call_method":      {"Calls are made only with GET, HEAD, POST, PUT, PATCH or DELETE.", "只能使用 GET、HEAD、POST、PUT、PATCH 或 DELETE 方法。"},
		"cause.call_header":      {"The call cannot be made: {message}", "无法调用：{message}"},
		"remedy.call_method":     {"Give one of them; without a method it is GET, or POST with a body.", "请指定其中之一；不指定时为 GET，有请求体时为 POST。"},
		"remedy.call_header":     {"Write a header on one line, as NAME: VALUE.", "请把请求头写在一行内，格式为 NAME: VALUE。"},
		"cause.call_body":        {"The body of the call broke off before its end.", "请求体在结束前中断。"},
		"remedy.call_body":       {"Send the body whole, then see whether the call did anything.", "请完整发送请求体；并确认此调用是否已生效。"},
		"cause.call_token":       {said(core.SaysOwnToken), "调用中自带了 token。"},
		"remedy.call_token":      {"Leave it out: TokenTray puts the account's token in.", "请去掉它：TokenTray 会填入账号的 token。"},
		"cause.call_closed":      {"This call answers with a token, a ticket or a session's key, takes a secret or resets a quota; TokenTray makes it for nobody.", "此调用会返回 token、ticket 或会话密钥，或涉及密钥、重置额度；TokenTray 不代为调用。"},
		"remedy.call_closed":     {"Take the token from TokenTray: tokentray get {account}", "请直接向 TokenTray 取 token：tokentray get {account}"},
		"cause.live_write":       {said(core.SaysMayChangeLive), "此调用可能会改动生产账号，而未获允许。"},
		"remedy.live_write":      {"Call the sandbox, or make the call at a terminal, where you are asked: tokentray call {account}", "请改用沙箱账号，或在终端中调用并确认：tokentray call {account}"},
		"cause.door_shut":        {"The HTTP API on this machine is off.", "本机 HTTP 接口未开启。"},
		"remedy.door_shut":       {"Open it: tokentray api on", "请开启：tokentray api on"},
		"cause.key_calls":        {"The client key may not make this call.", "此客户端密钥不能调用该接口。"},
		"remedy.key_calls":       {"Make a key that may: tokentray api key add NAME --calls 'METHOD PATH'", "请创建允许该接口的密钥：tokentray api key add 名称 --calls '方法 路径'"},
		"cause.browser":          {said(core.SaysNoPage), "浏览器网页不能调用接口。"},
		"cause.address_gone":     {"No interface of this machine has the address at which the local API shall listen beside the loopback.", "本机没有网络接口拥有本机 HTTP 接口要在回环之外监听的地址。"},
		"remedy.address_gone":    {"It is tried again every minute. See which addresses there are: ip address. Or take it away: tokentray api on --address none", "每分钟会自动重试。查看本机地址：ip address；或取消：tokentray api on --address none"},
		"cause.address_out":      {"The interface with that address leads to other networks, so others than your containers could call.", "拥有该地址的网络接口通往其他网络，容器之外的机器也可能调用。"},
		"remedy.address_out":     {"Name the address of a bridge that only containers use: tokentray api on --address ADDRESS", "请改用只有容器使用的网桥地址：tokentray api on --address 地址"},
		"cause.address_port":     {"Another program listens on that port of that address.", "该地址的这个端口已被其他程序占用。"},
		"remedy.address_port":    {"End it, or choose another port: tokentray api on --port PORT", "请结束它，或换一个端口：tokentray api on --port 端口"},
		"cause.address_system":   {"This system does not tell which interfaces lead to other networks, so the local API listens only on the loopback.", "本系统不提供哪些网络接口通往其他网络的信息，本机 HTTP 接口只在回环上监听。"},
		"remedy.address_system":  {"Docker Desktop and WSL reach the loopback; make a key for that Host: tokentray api key add NAME --host HOST:PORT", "Docker Desktop 和 WSL 能访问回环；请为该主机名新建密钥：tokentray api key add 名称 --host 主机:端口"},
		"remedy.host":            {"Call 127.0.0.1, or make a key for that name: tokentray api key add NAME --host HOST:PORT", "请改用 127.0.0.1，或为该主机名新建密钥：tokentray api key add 名称 --host 主机:端口"},
		"remedy.browser":         {"Make the call from a program, or from the page's own server.", "请改由程序或网页自己的服务端调用。"},
		"cause.call_refused":     {"The upstream refuses this call.", "上游拒绝了此调用。"},
		"remedy.call_refused":    {"Look the code up in the upstream's documentation, and see what the call sends: add --dry-run.", "请在上游文档中查询错误码，并用 --dry-run 查看发送的内容。"},
		"cause.call_dead":        {said(core.SaysCallDead), "上游称 token 已失效，且没有可用的新 token。"},
		"remedy.call_dead":       {"See whether the upstream accepts the token from here: tokentray check {account}", "请确认上游是否接受本机使用该 token：tokentray check {account}"},
		"cause.call_no_json":     {said(core.SaysNoJSON), "应答不是 JSON，无法使用 --jq。"},
		"remedy.call_no_json":    {"See the answer without --jq.", "请去掉 --jq 查看应答。"},
		"cause.call_binary":      {"The answer is not text and is not printed at a terminal.", "应答不是文本，不在终端中输出。"},
		"remedy.call_binary":     {"Make the call again with --output FILE.", "请加 --output 文件 重新调用。"},

		"cmd.env": {"Print how an SDK makes its calls without a token", "输出 SDK 不持 token 调用接口的配置"},
		"cmd.env.long": {
			"Print the lines of code or configuration by which an SDK fetches and calls at TokenTray,\n" +
				"with a client key in the place of the AppSecret. It never holds a token: it gets a stand-in.\n\n" +
				"  tokentray api on\n" +
				"  tokentray api key add app --account shop --calls '* /cgi-bin/*' --no-token\n" +
				"  tokentray env shop --sdk silenceper",
			"输出 SDK 通过 TokenTray 取 token 并调用接口所需的代码或配置，用客户端密钥代替 AppSecret。\n" +
				"SDK 不会接触 token，拿到的只是替身。\n\n" +
				"  tokentray api on\n" +
				"  tokentray api key add app --account shop --calls '* /cgi-bin/*' --no-token\n" +
				"  tokentray env shop --sdk silenceper",
		},
		"flag.env_sdk":   {"the `SDK`: co-wechat-api, easywechat, silenceper or wxjava", "`SDK`：co-wechat-api、easywechat、silenceper 或 wxjava"},
		"usage.env_sdk":  {"name one of the SDKs: --sdk {sdks}", "请指定 SDK：--sdk {sdks}"},
		"usage.env_kind": {"these SDKs do not take tokens of the kind of {account}; choose another account", "这些 SDK 不支持 {account} 的类型，请改用其他账号"},
		"env.not_run":    {"written by the SDK's documentation; TokenTray's tests do not run it", "依据该 SDK 的文档编写，未经 TokenTray 的测试实际运行"},
		"env.key":        {"TOKENTRAY_KEY is a client key that makes calls: tokentray api key add NAME --account {account} --env {env} --calls … --no-token", "TOKENTRAY_KEY 为可调用接口的客户端密钥：tokentray api key add 名称 --account {account} --env {env} --calls … --no-token"},

		"cmd.call": {"Make a call with an account's token in it", "带上账号的 token 调用接口"},
		"cmd.call.long": {
			"Make a call to the account's upstream. The agent puts the token in, and it stays there:\n" +
				"what comes back is freed of token and AppSecret.\n\n" +
				"  tokentray call shop /cgi-bin/menu/get\n" +
				"  tokentray call shop POST /cgi-bin/message/custom/send -f touser=oABC -f msgtype=text -f 'text[content]=hello'\n" +
				"  tokentray call shop POST /cgi-bin/draft/batchget -F offset=0 -F count=20 -q '.item[].media_id'\n" +
				"  tokentray call shop POST '/cgi-bin/media/upload?type=image' --form media=@logo.png\n" +
				"  tokentray call shop POST /wxa/getwxacodeunlimit --input body.json --output code.png\n\n" +
				"METHOD is POST where there is a body, else GET; the fields of a GET go into its query. An\n" +
				"answer is readable at a terminal, and byte for byte as it came in a pipe. A token that\n" +
				"turns out dead is renewed, and the call made once more.\n\n" +
				"A call that the upstream refuses ends with code 4 and a passing failure with 5, with the\n" +
				"cause on standard error. A call that may change a live account is asked about first.\n" +
				"Calls that answer with a token or take a secret are not made.",
			"调用账号的上游接口。token 由守护进程填入，不会离开它：\n返回的内容中不含 token 和 AppSecret。\n\n" +
				"  tokentray call shop /cgi-bin/menu/get\n" +
				"  tokentray call shop POST /cgi-bin/message/custom/send -f touser=oABC -f msgtype=text -f 'text[content]=你好'\n" +
				"  tokentray call shop POST /cgi-bin/draft/batchget -F offset=0 -F count=20 -q '.item[].media_id'\n" +
				"  tokentray call shop POST '/cgi-bin/media/upload?type=image' --form media=@logo.png\n" +
				"  tokentray call shop POST /wxa/getwxacodeunlimit --input body.json --output code.png\n\n" +
				"有请求体时方法为 POST，否则为 GET；GET 的字段放入查询参数。应答在终端中排版显示，\n" +
				"在管道中按原字节输出。token 已失效时会先换新，再调用一次。\n\n" +
				"上游拒绝时退出码为 4，暂时失败为 5，原因输出到标准错误。可能改动生产账号的调用会先询问。\n" +
				"返回 token 或涉及密钥的接口不会被调用。",
		},
		"flag.call_raw_field": {"a field of the body, as text: `KEY=VALUE`", "请求体的字段（文本）：`键=值`"},
		"flag.call_field":     {"the same; true, false, null and whole numbers keep their type, @FILE is a file's text: `KEY=VALUE`", "同上；true、false、null 和整数保留类型，@文件 为文件内容：`键=值`"},
		"flag.call_input":     {"the body from a `FILE`, or - for standard input", "从`文件`读取请求体，- 表示标准输入"},
		"flag.call_form":      {"a part of a form, as uploads need it: `NAME=@FILE`", "表单项，用于上传：`名称=@文件`"},
		"flag.call_header":    {"a header: `NAME: VALUE`", "请求头：`NAME: VALUE`"},
		"flag.call_jq":        {"print what a jq `EXPRESSION` finds in the answer", "用 jq `表达式`筛选应答"},
		"flag.call_include":   {"print status and headers of the answer too", "同时输出应答的状态和响应头"},
		"flag.call_output":    {"write the answer to a `FILE`", "把应答写入`文件`"},
		"flag.call_force":     {"--output may replace a file", "允许 --output 覆盖已有文件"},
		"flag.call_dry_run":   {"show what would be sent, with the token masked; send nothing", "只显示将发送的内容（token 已隐去），不发送"},
	}
}
