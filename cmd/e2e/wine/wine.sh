#!/usr/bin/env bash
# Runs what was built for Windows under wine, in a prefix of its own below
# bin/wine.
#
#   wine.sh setup            make the prefix, and mend what Debian 12's wine 8 lacks
#   wine.sh run PROGRAM …    run a program in it
#   wine.sh sh SCRIPT …      run a script whose programs are in it
#   wine.sh test PACKAGE…    go test for Windows; flags of go test may be among them
#   wine.sh units            all packages that the project wants to pass there
#   wine.sh scripts [NAME]   the scripts of the command line, as on Linux, or one
#   wine.sh window           the window and the tray on a screen in memory, and curl at the loopback
#   wine.sh all              all of these
#   wine.sh native           the same packages on a real Windows, in the bash of Git
#   wine.sh stop             end all that still runs in it
#
# Wine 8 lacks two things that programs of Go need. The library bcryptprimitives.dll
# is built here. os.RemoveAll asks for a way to delete that wine does not know: the
# tests are built with one more case in Go's own file (wine's answer leads to the way
# of older systems), which is edited from the installed Go. What users get is built
# without it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
wine=$root/bin/wine
go=${GO:-go}

export WINEPREFIX=$wine/prefix WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all}
export WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe="
export LIBGL_ALWAYS_SOFTWARE=1

setup() {
	mkdir -p "$wine"
	if [ ! -e "$wine/made" ] || [ "$0" -nt "$wine/made" ]; then
		"$0" stop 2>/dev/null || :
		rm -rf "$WINEPREFIX"
		wineboot --init >/dev/null 2>&1
		wine winecfg -v win10 >/dev/null 2>&1
		x86_64-w64-mingw32-gcc -Os -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$here/bcryptprimitives.c" -ladvapi32
		# No folder of the user's own is reachable as one of the prefix.
		rm -f "$WINEPREFIX/dosdevices/d:" "$WINEPREFIX/dosdevices/d::"
		# A drive of another machine, as far as programs see.
		mkdir -p "$wine/share"
		ln -sfn "$wine/share" "$WINEPREFIX/dosdevices/n:"
		wine reg add 'HKLM\Software\Wine\Drives' /v n: /d network /f >/dev/null 2>&1
		wineserver -k || :
		: >"$wine/made"
	fi
	local file=src/internal/syscall/windows/at_windows.go goroot
	goroot=$("$go" env GOROOT)
	sed 's/^\tcase STATUS_INVALID_INFO_CLASS,/\tcase NTStatus(0xC0000002), STATUS_INVALID_INFO_CLASS,/' "$goroot/$file" >"$wine/at_windows.edited.new"
	if cmp -s "$wine/at_windows.edited.new" "$goroot/$file"; then
		echo "wine.sh: this Go's $file has no case for systems without the newer way to delete; look at the sed line above" >&2
		exit 1
	fi
	# A folder of somebody else's; root's own is one for everybody but root.
	foreign='Z:\'
	if [ "$(id -u)" = 0 ]; then
		mkdir -p "$wine/foreign" && chown 65534:65534 "$wine/foreign"
		foreign=Z:${wine//\//\\}\\foreign
	fi
	export TOKENTRAY_TEST_FOREIGN=$foreign
	# The same bytes keep the build cache warm.
	if ! cmp -s "$wine/at_windows.edited.new" "$wine/at_windows.edited"; then mv "$wine/at_windows.edited.new" "$wine/at_windows.edited"; fi
	printf '{"Replace": {"%s": "%s"}}\n' "$goroot/$file" "$wine/at_windows.edited" >"$wine/overlay.json"
}

# keep starts a program that stays for the time of the tests: wine's own services start
# with the first one, end with the last one, and keep its output open. The desktop does
# so with the first that wants a window, which would be an agent and its log.
keep() {
	mkfifo "$wine/keep" 2>/dev/null || :
	wine cmd /k <>"$wine/keep" >/dev/null 2>&1 &
	wine explorer /desktop </dev/null >/dev/null 2>&1 &
	trap 'wineserver -k || :; timeout 60 wineserver -w || :; rm -f "$wine/keep"' EXIT
	wine cmd /c exit >/dev/null 2>&1 || { echo "wine.sh: wine runs no program" >&2; exit 1; }
}

# programs builds the programs that need no C compiler, and beside each a script of
# its name that runs it. What they print goes over files: an agent that they start
# would keep a pipe open. To be told to end is Ctrl+C for them.
programs() {
	rm -rf "$wine/said"
	mkdir -p "$wine/bin" "$wine/said"
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 "$go" build -buildvcs=false -overlay "$wine/overlay.json" -o "$wine/bin/" ./cmd/tokentray ./cmd/tokentray-mcp
	local name
	for name in tokentray tokentray-mcp; do
		cat >"$wine/bin/$name" <<-SCRIPT
			#!/bin/sh
			export WINEPREFIX='$WINEPREFIX' WINEARCH=$WINEARCH WINEDEBUG=$WINEDEBUG WINEDLLOVERRIDES='$WINEDLLOVERRIDES' LC_ALL=C.UTF-8
			# Programs of one prefix meet where these lead; a desktop of the tests is one of its own.
			if [ -z "\${TOKENTRAY_TEST_DESKTOP:-}" ]; then export HOME='$HOME' XDG_RUNTIME_DIR='${XDG_RUNTIME_DIR:-}'; unset TMPDIR; fi
			said=\$(mktemp -d '$wine/said/XXXXXX')
			if [ -f /dev/stdout ]; then exec 4>&1; else exec 4>"\$said/out"; fi
			exec 3<&0
			wine '$wine/bin/$name.exe' "\$@" <&3 >&4 2>"\$said/err" 3<&- 4>&- &
			trap 'kill -INT \$!' INT TERM
			wait \$!
			code=\$?
			while kill -0 \$! 2>/dev/null; do wait \$!; code=\$?; done
			[ ! -f "\$said/out" ] || cat "\$said/out"
			grep -v "^wine: " "\$said/err" >&2 # of wine itself
			rm -r "\$said"
			exit \$code
		SCRIPT
		chmod +x "$wine/bin/$name"
	done
}

# choose sets packages, which are those of the core and the user interfaces without
# the window, and skip. What is not run is named with its reason.
choose() {
	skip='^$' packages=()
	local leave=' ' kind what why package files file
	while read -r kind what why; do
		case $kind in
		package) leave="$leave$what " ;;
		test) skip="$skip|$what" ;;
		wine) [ "${1:-}" = wine ] || continue; skip="$skip|$what" ;;
		*) continue ;;
		esac
		printf 'not run: %s: %s\n' "$what" "$why"
	done <"$here/skip.txt"
	while read -r package files; do
		case $leave in *" $package "*) continue ;; esac
		packages+=("$package")
		for file in $files; do
			case $file in *_test.go) printf 'not built for Windows: %s/%s\n' "$package" "$file" ;; esac
		done
	done < <(GOOS=windows "$go" list -f '{{.ImportPath}} {{join .IgnoredGoFiles " "}}' ./core/... ./ui/cli ./ui/notify ./ui/search ./ui/text ./ui/tray ./cmd/tokentray)
}

case ${1:-} in
setup)
	setup
	;;
run)
	shift
	exec wine "$@"
	;;
sh)
	shift
	exec sh -c "$@"
	;;
exec)
	# What wine starts for a program, as its desktop, keeps the program's output open.
	shift
	said=$(mktemp /tmp/tokentray-wine-XXXXXX)
	code=0
	wine "$@" >"$said" 2>&1 || code=$?
	cat "$said"
	rm "$said"
	exit "$code"
	;;
test)
	shift
	setup
	keep
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 "$go" test -overlay "$wine/overlay.json" -exec "$here/wine.sh exec" -vet=off "$@"
	;;
scripts)
	cd "$root"
	setup
	keep
	programs
	awk '/^-- /{nextfile} sub(/^\[wine\] (skip|stop) /, "from here on: ") || sub(/^\[!wine\] /, "") {printf "not run: %s:%d: %s\n", FILENAME, FNR, $0}' cmd/e2e/testdata/script/*.txtar
	TOKENTRAY_E2E_WINE=$here/wine.sh TOKENTRAY_E2E_BIN=$wine/bin "$go" test -tags x11,migrated_fynedo -count=1 -timeout 10m ${V:+-v} -run "^TestCommandLine$/${2:-}" ./cmd/e2e
	;;
window)
	cd "$root"
	setup
	programs
	# The C parts of the window take minutes the first time.
	GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc "$go" build -buildvcs=false -trimpath -tags migrated_fynedo \
		-ldflags '-s -w -H windowsgui' -o "$wine/bin/" ./cmd/tokentray-window
	trap 'rm -f "$wine"/bin/tokentray-window.exe' EXIT # for the scripts there is none
	TOKENTRAY_E2E_WINE=$here/wine.sh TOKENTRAY_E2E_BIN=$wine/bin "$go" test -tags x11,migrated_fynedo -count=1 -timeout 8m -run '^TestWine' ./cmd/e2e
	;;
units)
	shift
	cd "$root"
	choose wine
	"$0" test -p 2 -timeout 10m -skip "$skip" "${packages[@]}" "$@"
	;;
all)
	"$0" units
	"$0" scripts
	"$0" window
	;;
native)
	shift
	cd "$root"
	choose
	"$go" test -timeout 10m -skip "$skip" "${packages[@]}" "$@"
	;;
stop)
	[ ! -d "$WINEPREFIX" ] || wineserver -k
	;;
*)
	sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
	exit 2
	;;
esac
