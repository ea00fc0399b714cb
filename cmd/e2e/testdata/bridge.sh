#!/bin/sh
# A machine with a bridge for containers (tt0, 172.31.77.1/24) and a network that leads
# out (out0, with a default route), in a network namespace of its own; and a container
# with an address of the bridge's subnet and one of another. Prints a line for each look:
# its name and what was seen. Arguments: the program, a folder for files.
set -eu
exec 2>"$2/errors"
program=$1 dir=$2
container=
# shellcheck disable=SC2086
finish() {
	"$program" stop >/dev/null 2>&1 || :
	kill $container $sim 2>/dev/null || :
}
trap finish EXIT
sim=

ip link set lo up
ip link add tt0 type veth peer name tt1
ip link add out0 type veth peer name out1
ip address add 172.31.77.1/24 dev tt0
ip address add 10.99.0.1/24 dev out0
ip link set tt0 up
ip link set out0 up
ip link set out1 up
ip route add default via 10.99.0.2 dev out0
ip route add 10.88.0.0/24 dev tt0
unshare --net sleep 600 &
container=$!
while [ "$(readlink /proc/$container/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do :; done
ip link set tt1 netns $container
within() { nsenter --net=/proc/$container/ns/net "$@"; }
within ip link set lo up
within ip address add 172.31.77.2/24 dev tt1
within ip address add 10.88.0.9/24 dev tt1
within ip link set tt1 up
within ip route add default via 172.31.77.1

mkfifo "$dir/url"
"$program" sim >"$dir/url" &
sim=$!
read -r url <"$dir/url"
"$program" vault init >/dev/null
echo 0123456789abcdef0123456789abcdef | "$program" add shop --appid wx0123456789abcdef --secret-stdin --base-url "$url" >/dev/null

on() {
	if said=$("$program" api on --address "$1" --json 2>&1); then
		echo "on $1: yes"
	else
		echo "on $1: $(echo "$said" | sed -n 's/.*"remedy":"\([a-z_]*\)".*/\1/p')"
	fi
}
on 10.99.0.1
on 172.31.77.9
on 172.31.77.1
box=$("$program" api key add box --calls reads --host host.docker.internal:17278)
any=$("$program" api key add any)
# ask NAME KEY HOST PATH MORE…: the status, or what curl ended with.
ask() {
	name=$1 key=$2 host=$3 path=$4
	shift 4
	status=$(echo "header = \"Authorization: Bearer $key\"" | within curl -sS -m 15 -o "$dir/body" -w '%{http_code}' --config - -H "Host: $host" "$@" "http://172.31.77.1:17278$path") || status="no answer"
	echo "$name: $status"
}
ask "the container" "$box" host.docker.internal:17278 /call/shop/sandbox/cgi-bin/get_api_domain_ip
grep -q ip_list "$dir/body" && echo "it got the answer: yes"
ask "by the loopback's name" "$box" 127.0.0.1:17278 /v1/status
echo "the refusal: $(sed -n 's/.*\(tokentray api key add NAME --host [0-9.:]*\).*/\1/p' "$dir/body")"
ask "a key without --host" "$any" host.docker.internal:17278 /v1/token/shop
ask "a stranger" "$box" host.docker.internal:17278 /v1/status --interface 10.88.0.9
ask "the network that leads out" "$box" host.docker.internal:17278 /v1/status --connect-to ::10.99.0.1:17278
ip route add default via 172.31.77.2 dev tt0 metric 50
sleep 1.1 # a look at the routes counts for a second
ask "after the bridge got a default route" "$box" host.docker.internal:17278 /v1/status
ip route del default via 172.31.77.2 dev tt0 metric 50
on none
ask "taken away" "$box" host.docker.internal:17278 /v1/status
