#!/bin/sh
#: title "it's" */ 中文
#: shell.about "it's" */ 中文
#: shell.key "it's" */ 中文
#:
#: group.token "it's" */ 中文
#:   # call.domain_ip "it's" */ 中文
#:   sh tokentray-小程序-live.sh GET '/cgi-bin/get_api_domain_ip'
#:   # call.callback_ip "it's" */ 中文
#:   sh tokentray-小程序-live.sh GET '/cgi-bin/getcallbackip'
#:
#: group.quota "it's" */ 中文
#:   # call.quota "it's" */ 中文
#:   sh tokentray-小程序-live.sh POST '/cgi-bin/openapi/quota/get' '{ "cgi_path": "/cgi-bin/token" }'
#:   # call.rid "it's" */ 中文
#:   sh tokentray-小程序-live.sh POST '/cgi-bin/openapi/rid/get' '{ "rid": "RID" }'
#:
#: group.mini "it's" */ 中文
#:   # call.wxacode "it's" */ 中文
#:   sh tokentray-小程序-live.sh POST '/wxa/getwxacodeunlimit' '{ "scene": "a=1", "page": "pages/index/index", "check_path": false, "env_version": "trial" }'
#:   # call.url_link "it's" */ 中文
#:   sh tokentray-小程序-live.sh POST '/wxa/generate_urllink' '{ "path": "pages/index/index", "query": "a=1", "env_version": "trial", "expire_type": 1, "expire_interval": 1 }'
#:   # call.sec_check "it's" */ 中文
#:   sh tokentray-小程序-live.sh POST '/wxa/msg_sec_check' '{ "openid": "OPENID", "scene": 1, "version": 2, "content": "Hello from TokenTray" }'
#:
#: group.mini_write "it's" */ 中文
#:   # call.subscribe_send "it's" */ 中文
#:   sh tokentray-小程序-live.sh POST '/cgi-bin/message/subscribe/send' '{ "touser": "OPENID", "template_id": "TEMPLATE_ID", "page": "pages/index/index", "miniprogram_state": "developer", "lang": "zh_CN", "data": { "thing1": { "value": "TokenTray" } } }'
set -eu

TOKENTRAY_URL=${TOKENTRAY_URL:-http://127.0.0.1:17278}
TOKENTRAY_ACCOUNT=${TOKENTRAY_ACCOUNT:-%E5%B0%8F%E7%A8%8B%E5%BA%8F%20%F0%9F%9A%80/live}
here=$(dirname -- "$0")
if [ -z "${TOKENTRAY_KEY:-}" ] && [ -f "$here/.env" ]; then
	TOKENTRAY_KEY=$(sed -n 's/^TOKENTRAY_KEY=//p' "$here/.env")
fi

fail() {
	printf 'TokenTray: %s\n' "$*" >&2
	exit 1
}

# door METHOD PATH [BODY] asks TokenTray. Key and token go to curl on standard
# input, for others on this machine can read arguments, and past any proxy.
door() {
	{
		printf 'header = "Authorization: Bearer %s"\n' "$TOKENTRAY_KEY"
		if [ -n "${3:-}" ]; then
			printf 'header = "Content-Type: application/json"\n'
			printf 'data = "%s"\n' "$(printf '%s' "$3" | sed 's/[\\"]/\\&/g')"
		fi
	} | curl --silent --max-time 60 --noproxy '*' --config - --request "$1" "${TOKENTRAY_URL%/}$2"
}

# take reads token, base URL and account from an answer of TokenTray's.
take() {
	token=$(printf '%s' "$answer" | sed -n 's/^{"access_token":"\([^"\\]*\)".*/\1/p')
	base=$(printf '%s' "$answer" | sed -n 's/.*"base_url":"\([^"\\]*\)".*/\1/p')
	env=$(printf '%s' "$answer" | sed -n 's/.*"env":"\([a-z]*\)".*/\1/p')
	if [ -z "$token" ] || [ -z "$base" ]; then
		fail 'say.no_token "it'\''s" */ 中文' "$(printf '%s' "$answer" | sed -n 's/.*"message":"\([^"]*\)".*/\1/p')"
	fi
}

# call METHOD PATH [BODY] makes the call, leaves its answer in the file $out and
# prints the status of HTTP.
call() {
	case $2 in *\?*) sep='&' ;; *) sep='?' ;; esac
	{
		printf 'write-out = "%%{http_code}"\n'
		printf 'url = "%s"\n' "$base$2${sep}access_token=$token"
		if [ -n "${3:-}" ]; then
			printf 'header = "Content-Type: application/json"\n'
		fi
	} | if [ -n "${3:-}" ]; then
		curl --silent --show-error --max-time 60 --config - --request "$1" --data-raw "$3" --output "$out"
	else
		curl --silent --show-error --max-time 60 --config - --request "$1" --output "$out"
	fi
}

# told FIELD is what the answer has in a field that stands first in it.
told() {
	LC_ALL=C sed -n '1s/^[[:space:]]*{[[:space:]]*"'"$1"'"[[:space:]]*:[[:space:]]*"\{0,1\}\([-A-Za-z0-9_.]*\).*/\1/p' "$out"
}

# is_dead tells whether the answer says that the token is dead.
is_dead() {
	case $(told 'errcode') in '40001' | '40014' | '42001') return 0 ;; esac
	return 1
}

if [ $# -lt 2 ]; then
	sed -n 's/^#: \{0,1\}//p' "$0"
	exit 2
fi
[ -n "${TOKENTRAY_KEY:-}" ] || fail 'say.no_key_env "it'\''s" */ 中文'
out=$(mktemp)
trap 'rm -f "$out"' EXIT

answer=$(door GET "/v1/token/$TOKENTRAY_ACCOUNT") || fail 'say.no_door "it'\''s" */ 中文' "$TOKENTRAY_URL"
take
status=$(call "$@")
if is_dead; then
	# The token is dead: report it, and make the call once more with the one that
	# works. Many reports of one token cost one round.
	answer=$(door POST "/v1/token/${TOKENTRAY_ACCOUNT%%/*}/$env/refresh" "{\"stale\":\"$token\"}") || fail 'say.no_door "it'\''s" */ 中文' "$TOKENTRAY_URL"
	old=$token
	take
	if [ "$token" != "$old" ]; then
		status=$(call "$@")
	fi
fi
cat "$out"
[ "$status" -lt 400 ] || exit 1
case $(told 'errcode') in '' | '0') ;; *) exit 1 ;; esac
