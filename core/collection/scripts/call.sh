set -eu

TOKENTRAY_URL=${TOKENTRAY_URL:-URL}
TOKENTRAY_ACCOUNT=${TOKENTRAY_ACCOUNT:-ACCOUNT}
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
		fail SAY_NO_TOKEN "$(printf '%s' "$answer" | sed -n 's/.*"message":"\([^"]*\)".*/\1/p')"
	fi
}

# call METHOD PATH [BODY] makes the call, leaves its answer in the file $out and
# prints the status of HTTP.
call() {
	case $2 in *\?*) sep='&' ;; *) sep='?' ;; esac
	{
		printf 'write-out = "%%{http_code}"\n'
		PLACE
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
	VERDICTS
	return 1
}

if [ $# -lt 2 ]; then
	sed -n 's/^#: \{0,1\}//p' "$0"
	exit 2
fi
[ -n "${TOKENTRAY_KEY:-}" ] || fail SAY_NO_KEY
out=$(mktemp)
trap 'rm -f "$out"' EXIT

answer=$(door GET "/v1/token/$TOKENTRAY_ACCOUNT") || fail SAY_NO_DOOR "$TOKENTRAY_URL"
take
status=$(call "$@")
if is_dead; then
	# The token is dead: report it, and make the call once more with the one that
	# works. Many reports of one token cost one round.
	answer=$(door POST "/v1/token/${TOKENTRAY_ACCOUNT%%/*}/$env/refresh" "{\"stale\":\"$token\"}") || fail SAY_NO_DOOR "$TOKENTRAY_URL"
	old=$token
	take
	if [ "$token" != "$old" ]; then
		status=$(call "$@")
	fi
fi
cat "$out"
[ "$status" -lt 400 ] || exit 1
FAILURES
