package text

// kindWeComCodes explain the codes with which WeCom refuses a call although the token
// is good: code.K.N says what a code means, fix.K.N what helps. The kind's spec lists
// the codes.
func kindWeComCodes() table {
	return table{
		"code.wecom.40003": {"The userid is not known in this corp.", "成员 UserID 在此企业中不存在。"},
		"fix.wecom.40003":  {"Look the userid up in WeCom's console; it is not the person's name or number.", "请在企业微信后台查看成员的账号，它不是姓名或手机号。"},
		"code.wecom.40029": {"The login code is wrong, ended or was used already.", "登录 code 无效、已过期或已被使用。"},
		"fix.wecom.40029":  {"Take a new one: a code lives five minutes and can be used once.", "请重新获取：code 五分钟内有效，且只能使用一次。"},
		"code.wecom.40058": {"A parameter of the call is wrong; the message says which.", "参数不合法，具体见返回的说明。"},
		"fix.wecom.40058":  {"Compare what is sent with the documentation of this call.", "请将发送的内容与该接口的文档逐项对照。"},
		"code.wecom.41001": {"The call carries no access_token.", "调用中没有 access_token。"},
		"fix.wecom.41001":  {"Put access_token=… into the query; or let tokentray call put it in.", "请把 access_token=… 放在查询参数中，或改用 tokentray call。"},
		"code.wecom.41011": {"The message names no agentid.", "消息缺少 agentid。"},
		"fix.wecom.41011":  {"Add the number of the application whose secret the token was fetched with.", "请填写取得 token 所用应用的 AgentId。"},
		"code.wecom.46004": {"The person is not known in this corp.", "指定的成员不存在。"},
		"fix.wecom.46004":  {"Look the userid up in WeCom's console.", "请在企业微信后台核对成员的 UserID。"},
		"code.wecom.60003": {"The department is not known.", "部门不存在。"},
		"fix.wecom.60003":  {"Ask /cgi-bin/department/simplelist for the departments that the application sees.", "请通过 /cgi-bin/department/simplelist 查询应用可见的部门。"},
		"code.wecom.60102": {"There is a person with this userid already.", "该 UserID 已存在。"},
		"fix.wecom.60102":  {"Update that person, or choose another userid.", "请改为更新该成员，或使用其他 UserID。"},
		"code.wecom.60111": {"The userid is not known, or the application may not see the person.", "UserID 不存在，或不在应用的可见范围内。"},
		"fix.wecom.60111":  {"Look at the application's visible range (可见范围) in WeCom's console.", "请在企业微信后台检查应用的「可见范围」。"},
		"code.wecom.60123": {"The department's ID is wrong.", "部门 ID 不合法。"},
		"fix.wecom.60123":  {"IDs of departments are numbers; ask /cgi-bin/department/simplelist.", "部门 ID 为数字，可通过 /cgi-bin/department/simplelist 查询。"},
		"code.wecom.81013": {"None of the persons, departments and tags can be written to.", "成员、部门和标签全部无效。"},
		"fix.wecom.81013":  {"See that they exist, and that they are in the application's visible range (可见范围).", "请检查它们是否存在，并且在应用的「可见范围」内。"},
		"code.wecom.84061": {"The person is not an external contact of this member.", "对方不是该成员的外部联系人。"},
		"fix.wecom.84061":  {"The contact was deleted on one side, or belongs to another member; ask for the list again.", "联系人可能已被任一方删除或属于其他成员，请重新获取列表。"},
		"code.wecom.93000": {"The key of the group robot is wrong, or the robot was removed.", "群机器人的 key 无效，或机器人已被移除。"},
		"fix.wecom.93000":  {"Take the webhook URL from the robot's page in the group again.", "请在群里的机器人页面重新复制 Webhook 地址。"},
	}
}
