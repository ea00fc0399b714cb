package sim

import (
	"net/http"
	"strings"
	"time"

	"tokentray/core"
)

// platforms lists them. Each is written independently from its platform's
// documentation, so that a wrong preset meets a second opinion here.
func platforms() []platform {
	return []platform{feishu(), dingtalk(), dingtalkNew(), douyin(), douyinMini(), qq(), baidu(), huawei(), kuaishou()}
}

// feishu gives the same token while more than 30 minutes of it are left. Lark is the
// same program at another host.
func feishu() platform {
	codes := map[string]int{"secret": 10014, "id": 10003, "grant": 10003, "method": 99991, "quota": 99991400, "frozen": 10013, "ip": 99991401}
	return platform{
		name: "feishu", method: http.MethodPost, path: "/open-apis/auth/v3/tenant_access_token/internal",
		id: "app_id", secret: "app_secret", encoding: "json", repeat: core.RepeatSame, window: 30 * time.Minute,
		prefix: "t-", calls: []string{"/open-apis/"}, header: "Authorization", bearer: "Bearer ",
		granted: func(token string, life any) any {
			return object{"code": 0, "msg": "ok", "tenant_access_token": token, "expire": life}
		},
		refused: func(r refusedFor) (int, any) {
			return http.StatusOK, object{"code": r.codeOf(codes), "msg": r.message()}
		},
		dead: func(string) (int, any) {
			return http.StatusBadRequest, object{"code": 99991663, "msg": "Invalid access token for authorization. Please make a request with token attached."}
		},
		worked: object{"code": 0, "msg": "ok", "bot": object{"activate_status": 2, "app_name": "TokenTray"}},
	}
}

// dingtalk is the older call, which renews the life of the one token.
func dingtalk() platform {
	codes := map[string]int{"secret": 40089, "id": 40096, "grant": 40035, "method": 43001, "quota": 90018, "frozen": 40089, "ip": 60020}
	return platform{
		name: "dingtalk", method: http.MethodGet, path: "/gettoken", id: "appkey", secret: "appsecret", encoding: "query",
		repeat: core.RepeatSameRenewed, calls: []string{"/auth/scopes", "/topapi/"},
		granted: func(token string, life any) any {
			return object{"errcode": 0, "access_token": token, "errmsg": "ok", "expires_in": life}
		},
		refused: func(r refusedFor) (int, any) {
			return http.StatusOK, object{"errcode": r.codeOf(codes), "errmsg": r.message()}
		},
		dead: func(path string) (int, any) {
			if !strings.HasPrefix(path, "/topapi/") {
				return http.StatusOK, object{"errcode": 40014, "errmsg": "不合法的access_token"}
			}
			return http.StatusOK, object{
				"errcode": 88, "sub_code": "40014", "sub_msg": "不合法的access_token",
				"errmsg": "ding talk error[subcode=40014,submsg=不合法的access_token]", "request_id": "0",
			}
		},
		worked: object{"errcode": 0, "errmsg": "ok", "auth_org_scopes": object{"authed_dept": []int{1}, "authed_user": []string{}}},
	}
}

func dingtalkNew() platform {
	names := map[string]string{"secret": "invalidClientIdOrSecret", "id": "invalidClientIdOrSecret", "quota": "Throttling.Api"}
	return platform{
		name: "dingtalk-new", method: http.MethodPost, path: "/v1.0/oauth2/accessToken", id: "appKey", secret: "appSecret", encoding: "json",
		repeat: core.RepeatSameRenewed, calls: []string{"/v1.0/"}, header: "x-acs-dingtalk-access-token",
		granted: func(token string, life any) any { return object{"accessToken": token, "expireIn": life} },
		refused: func(r refusedFor) (int, any) {
			code := names[r.why]
			if code == "" {
				code = "invalidParameter"
			}
			return http.StatusBadRequest, object{"code": code, "message": r.message(), "requestid": "0A1B2C3D-0000-7000-8000-000000000000"}
		},
		dead: func(string) (int, any) {
			return http.StatusBadRequest, object{"code": "InvalidAuthentication", "message": "不合法的access_token", "requestid": "0A1B2C3D-0000-7000-8000-000000000001"}
		},
		worked: object{"appList": []any{}},
	}
}

// douyinAnswer is the envelope of Douyin's open platform.
func douyinAnswer(code int, text, token string, life any) any {
	message := "success"
	if code != 0 {
		message = "error"
	}
	return object{"message": message, "data": object{"access_token": token, "description": text, "error_code": code, "expires_in": life}}
}

func douyin() platform {
	codes := map[string]int{"secret": 10013, "id": 10003, "grant": 10002, "method": 10002, "quota": 10020, "frozen": 10013, "ip": 10013}
	return platform{
		name: "douyin", method: http.MethodPost, path: "/oauth/stable_client_token/", id: "client_key", secret: "client_secret",
		grant: "client_credential", encoding: "json", repeat: core.RepeatSame, prefix: "clt.", calls: []string{"/hotsearch/"}, header: "access-token",
		granted: func(token string, life any) any { return douyinAnswer(0, "", token, life) },
		refused: func(r refusedFor) (int, any) { return http.StatusOK, douyinAnswer(r.codeOf(codes), r.message(), "", 0) },
		dead: func(string) (int, any) {
			return http.StatusOK, object{"data": object{"error_code": 2190008, "description": "access_token expired"}}
		},
		worked: object{"data": object{"error_code": 0, "description": "", "list": []any{}}},
	}
}

// douyinMini makes a new token each time and keeps the old one for five minutes. A
// failure has an empty token in it.
func douyinMini() platform {
	codes := map[string]int{"secret": 40017, "id": 40015, "grant": 40020, "method": 40020, "quota": 10020, "frozen": 40017, "ip": 40017}
	return platform{
		name: "douyin-mini", method: http.MethodPost, path: "/api/apps/v2/token", id: "appid", secret: "secret",
		grant: "client_credential", encoding: "json", repeat: core.RepeatDestructive, calls: []string{"/api/v2/"}, header: "X-Token",
		granted: func(token string, life any) any {
			return object{"err_no": 0, "err_tips": "success", "data": object{"access_token": token, "expires_in": life}}
		},
		refused: func(r refusedFor) (int, any) {
			return http.StatusOK, object{"err_no": r.codeOf(codes), "err_tips": r.message(), "data": object{"access_token": "", "expires_in": 0}}
		},
		dead: func(string) (int, any) {
			return http.StatusUnauthorized, object{"error_id": "0", "code": 401, "message": "[app token sign fail] bad token"}
		},
		worked: object{"log_id": "0", "data": []any{}},
	}
}

func qq() platform {
	codes := map[string]int{"secret": 40001, "id": 40013, "grant": 40002, "method": 40002, "quota": 45009, "frozen": 40001, "ip": 40001}
	return platform{
		name: "qq", method: http.MethodGet, path: "/api/getToken", id: "appid", secret: "secret", grant: "client_credential", encoding: "query",
		repeat: core.RepeatDestructive, calls: []string{"/api/json/"},
		granted: func(token string, life any) any { return object{"access_token": token, "expires_in": life} },
		refused: func(r refusedFor) (int, any) {
			return http.StatusOK, object{"errcode": r.codeOf(codes), "errmsg": r.message()}
		},
		dead: func(string) (int, any) {
			return http.StatusOK, object{"errCode": -3000, "errMsg": "access token error"}
		},
		worked: object{"errCode": 0, "errMsg": "ok"},
	}
}

// rfc6749 is a refusal by RFC 6749.
func rfc6749(r refusedFor) (int, any) {
	switch r.why {
	case "grant", "method":
		return http.StatusBadRequest, object{"error": "unsupported_grant_type", "error_description": "The authorization grant type is not supported"}
	case "id":
		return http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "unknown client id"}
	case "secret", "frozen", "ip":
		return http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "Client authentication failed"}
	case "quota":
		return http.StatusTooManyRequests, object{"error": "temporarily_unavailable", "error_description": r.message()}
	}
	return http.StatusBadRequest, object{"error": r.message()}
}

func baidu() platform {
	return platform{
		name: "baidu", method: http.MethodPost, path: "/oauth/2.0/token", id: "client_id", secret: "client_secret", grant: "client_credentials", encoding: "query",
		repeat: core.RepeatNewAllLive, life: 30 * 24 * time.Hour, prefix: "24.", calls: []string{"/rpc/2.0/", "/rest/2.0/"},
		granted: func(token string, life any) any {
			return object{"refresh_token": "25.0", "expires_in": life, "session_key": "", "access_token": token, "scope": "public", "session_secret": ""}
		},
		refused: rfc6749,
		dead: func(string) (int, any) {
			return http.StatusOK, object{"error_code": 110, "error_msg": "Access token invalid or no longer valid"}
		},
		worked: object{"log_id": 1, "text": "你好，世界", "items": []any{}},
	}
}

func huawei() platform {
	return platform{
		name: "huawei", method: http.MethodPost, path: "/oauth2/v3/token", id: "client_id", secret: "client_secret", grant: "client_credentials", encoding: "form",
		repeat: core.RepeatNewAllLive, life: time.Hour, calls: []string{"/v1/"}, header: "Authorization", bearer: "Bearer ",
		granted: func(token string, life any) any {
			return object{"access_token": token, "expires_in": life, "token_type": "Bearer"}
		},
		refused: func(r refusedFor) (int, any) {
			status, answer := rfc6749(r)
			if r.why == "id" || r.why == "secret" {
				return http.StatusBadRequest, object{"error": 1101, "sub_error": 12304, "error_description": "invalid client_secret"}
			}
			return status, answer
		},
		dead: func(string) (int, any) {
			return http.StatusUnauthorized, object{"code": "80200001", "msg": "Oauth authentication error", "requestId": "0"}
		},
		worked: object{"code": "80000000", "msg": "Success", "requestId": "0"},
	}
}

func kuaishou() platform {
	codes := map[string]int{"secret": 100200101, "id": 100200101, "grant": 100200100, "method": 100200100, "quota": 100200102, "frozen": 100200101, "ip": 100200101}
	return platform{
		name: "kuaishou", method: http.MethodPost, path: "/oauth2/access_token", id: "app_id", secret: "app_secret", grant: "client_credentials", encoding: "form",
		repeat: core.RepeatNewAllLive, life: 48 * time.Hour, calls: []string{"/openapi/"},
		granted: func(token string, life any) any {
			return object{"result": 1, "access_token": token, "expires_in": life, "token_type": "Bearer"}
		},
		refused: func(r refusedFor) (int, any) {
			return http.StatusOK, object{"result": r.codeOf(codes), "error": "invalid_request", "error_msg": r.message()}
		},
		dead: func(string) (int, any) {
			return http.StatusUnauthorized, object{"result": 100200100, "error_msg": "access_token is invalid"}
		},
		worked: object{"result": 1, "error_msg": "success"},
	}
}
