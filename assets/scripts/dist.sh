#!/usr/bin/env bash
# Makes the packages of TokenTray from one commit, into build/: a deb, an rpm, one
# for Arch, a tarball, a zip and an installer for Windows, the layout of a Mac's
# app, and SHA256SUMS of them. The same commit gives the same bytes.
#
#   dist.sh [-C TREE] [-o FOLDER] [linux] [windows] [macos]
#
# -C builds the programs of another working tree with the packaging of this one.
# The packages are signed where keys are given:
#
#   SIGN_P12=FILE SIGN_PASSWORD_FILE=FILE   the programs and the installer of Windows
#   MINISIGN_KEY=FILE                       SHA256SUMS, by a key without a password
#   SOURCE_DATE_EPOCH=SECONDS               the date of all files; else the commit's
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$root out=$root/build
while getopts C:o: flag; do
	case $flag in
	C) tree=$(cd "$OPTARG" && pwd) ;;
	o) mkdir -p "$OPTARG" && out=$(cd "$OPTARG" && pwd) ;;
	*) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- linux windows macos

# One nfpm and one go-winres, at exact versions: tools of packaging are no
# dependencies of the program.
go=${GO:-go}
nfpm=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.41.0
winres=github.com/tc-hib/go-winres@v0.3.3

# ---- what is packed

field() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" "$tree/FyneApp.toml"; }
name=$(field Name) id=$(field ID) base=$(field Version)
commit=$(git -C "$tree" rev-parse --short HEAD)
count=$(git -C "$tree" rev-list --count HEAD)
version=$base
if ! git -C "$tree" describe --tags --exact-match --match "v$base" >/dev/null 2>&1; then
	version=$base+git$count.$commit # sorts after those of earlier commits and before the next release
fi
numbers=$base.$((count % 65536))
if [ -n "$(git -C "$tree" status --porcelain --untracked-files=no)" ]; then
	echo "dist.sh: there are changes that are not committed; commit them, so that the packages can be made again" >&2
	exit 1
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$tree" log -1 --format=%ct)}
export TZ=UTC LC_ALL=C.UTF-8
umask 022

work=$out/work
rm -rf "$work" "$out"/tokentray[-_]* "$out"/TokenTray-* "$out"/SHA256SUMS*
mkdir -p "$work"

# build FOLDER [VARIABLE=VALUE…]: the programs of the tree.
build() {
	local bin=$1
	shift
	make --no-print-directory -C "$tree" -f "$root/Makefile" BIN="$bin" FLAGS=-trimpath VERSION="$base" COMMIT="$commit" "$@" build-all >/dev/null
}

# dated FOLDER: every file in it has the date of the commit.
dated() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# packed FILE FOLDER NAME: a tarball of FOLDER/NAME.
packed() {
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -C "$2" -cf - "$3" | gzip -9n >"$1"
}

filled() { sed -e "s|@NAME@|$name|g; s|@ID@|$id|g; s|@BASE@|$base|g; s|@VERSION@|$version|g; s|@NUMBERS@|$numbers|g; s|@PROGRAM@|${2:-}|g; s|@DESCRIPTION@|${3:-}|g" "$1"; }

# documents FOLDER PROGRAM…: what stands beside the programs, with the licences of
# all that they are built of, and how they were built.
documents() {
	local to=$1
	shift
	mkdir -p "$to"
	cp "$tree"/README.md "$tree"/CHANGELOG.md "$tree"/SECURITY.md "$tree"/LICENSE "$to"
	cp "$work/licences.txt" "$to/THIRD-PARTY-LICENCES.txt"
	(cd "$(dirname "$1")" && for program; do "$go" version -m "$(basename "$program")"; done) >"$to/BUILD-INFO.txt"
}

licences() {
	(cd "$root/cmd/e2e/audit" && "$go" run . -root "$root" -tags x11,migrated_fynedo -texts "$work/licences.txt" >/dev/null)
}

# ---- Linux

linux() {
	local bin=$work/linux stage=$work/stage plain=$work/tar/tokentray-$version-linux-amd64 glibc
	build "$bin"
	make --no-print-directory -C "$tree" BIN="$bin" VERSION="$base" COMMIT="$commit" man >/dev/null
	mkdir -p "$(dirname "$plain")"
	make --no-print-directory -C "$tree" BIN="$bin" VERSION="$base" COMMIT="$commit" DESTDIR="$stage" PREFIX=/usr install >/dev/null
	documents "$stage/usr/share/doc/tokentray" "$bin"/tokentray "$bin"/tokentray-mcp "$bin"/tokentray-window
	gzip -9n "$stage"/usr/share/man/man1/* "$stage"/usr/share/man/zh_CN/man1/*
	cp -R "$stage/usr" "$plain"
	rm -r "$plain/lib/systemd/system" # a home has no services of the system
	find "$plain/lib/systemd" -type f -exec sed -i 's|^ExecStart=/usr/bin/|ExecStart=%h/.local/bin/|' {} +
	dated "$stage"
	dated "$plain"
	packed "$out/tokentray-$version-linux-amd64.tar.gz" "$work/tar" "tokentray-$version-linux-amd64"

	glibc=$(objdump -T "$bin/tokentray-window" | grep -o 'GLIBC_[0-9.]*' | sort -V | tail -n1)
	# An rpm holds the name of the machine that made it: it is made under another.
	for packager in deb rpm archlinux; do
		(cd "$work" && VERSION=$version GLIBC=${glibc#GLIBC_} unshare --map-root-user --uts sh -c 'hostname localhost && exec "$@"' nfpm \
			"$go" run "$nfpm" package --config "$root/assets/package/nfpm.yaml" --packager $packager --target "$out" >/dev/null)
	done
}

# ---- Windows

# resources: icon, version and manifest of the programs, where go build finds them.
resources() {
	local icons=$work/winres size program
	mkdir -p "$icons"
	for size in 16 24 32 48 64; do cp "$tree/assets/icons/tokentray-$size.png" "$icons/icon-$size.png"; done
	cp "$tree/assets/icons/tokentray.png" "$icons/icon-256.png"
	for program in tokentray tokentray-mcp tokentray-window; do
		filled "$root/assets/package/winres.json" "$program" "$(described $program)" >"$icons/winres.json"
		"$go" run "$winres" make --in "$icons/winres.json" --out "$tree/cmd/$program/rsrc" --arch amd64
	done
}

described() {
	case $1 in
	tokentray) echo "TokenTray agent and command line" ;;
	tokentray-mcp) echo "TokenTray for AI agents" ;;
	*) echo "TokenTray" ;;
	esac
}

windows() {
	local bin=$work/windows files=$work/zip/TokenTray-$version program
	trap 'rm -f "$tree"/cmd/*/rsrc_windows_amd64.syso' EXIT
	resources
	build "$bin" GO="env GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc $go" TAGS=migrated_fynedo GUI_LDFLAGS='-H windowsgui'
	mkdir -p "$files"
	for program in tokentray tokentray-mcp tokentray-window; do
		mv "$bin/$program.exe" "$files"
		signed "$files/$program.exe"
	done
	documents "$files/doc" "$files"/tokentray.exe "$files"/tokentray-mcp.exe "$files"/tokentray-window.exe
	dated "$work/zip"
	(cd "$work/zip" && find "TokenTray-$version" | sort | zip -9qX@ "$out/tokentray-$version-windows-amd64.zip")
	icotool -c -o "$work/tokentray.ico" "$work/winres"/icon-*.png
	(cd "$root/assets/package" && makensis -V2 -INPUTCHARSET UTF8 -DVERSION="$version" -DNUMBERS="$numbers" -DFILES="$files" \
		-DICON="$work/tokentray.ico" -DSETUP="$out/tokentray-$version-windows-amd64-setup.exe" installer.nsi)
	signed "$out/tokentray-$version-windows-amd64-setup.exe"
}

# signed FILE: by Authenticode, where a certificate is given.
signed() {
	[ -n "${SIGN_P12:-}" ] || return 0
	osslsigncode sign -pkcs12 "$SIGN_P12" -readpass "${SIGN_PASSWORD_FILE:?the file with the password of SIGN_P12}" -h sha256 \
		-n "$name" -st "$SOURCE_DATE_EPOCH" -in "$1" -out "$1.signed" >/dev/null
	mv "$1.signed" "$1"
}

# ---- macOS

# The app needs a Mac, with Apple's own headers, for its window. There, the same
# commit has its programs built before this lays them out; elsewhere the layout
# holds the program that lives in the menu bar alone, and is no package.
macos() {
	local app=$work/macos/TokenTray.app/Contents sizes size
	mkdir -p "$app/MacOS" "$app/Resources"
	filled "$root/assets/package/Info.plist" >"$app/Info.plist"
	for size in 16 32 48 128 512; do sizes="${sizes:-} $tree/assets/icons/tokentray-$size.png"; done
	png2icns "$app/Resources/tokentray.icns" $sizes "$tree/assets/icons/tokentray.png" >/dev/null
	if [ "$(uname -s)" = Darwin ]; then
		build "$work/mac" TAGS=migrated_fynedo
		cp "$work/mac"/tokentray* "$app/MacOS"
	else
		(cd "$tree" && GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 "$go" build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$base+$commit" -o "$app/MacOS/" ./cmd/tokentray ./cmd/tokentray-mcp)
	fi
	documents "$app/Resources/doc" "$app"/MacOS/*
	dated "$work/macos"
	if [ "$(uname -s)" = Darwin ]; then
		(cd "$work/macos" && find TokenTray.app | sort | zip -9qX@ "$out/tokentray-$version-macos.zip")
	fi
}

licences
for system; do
	case $system in
	linux | windows | macos) "$system" ;;
	*) echo "dist.sh: what is $system? linux, windows and macos are known" >&2; exit 2 ;;
	esac
done
(cd "$out" && sha256sum tokentray[-_]* >SHA256SUMS)
if [ -n "${MINISIGN_KEY:-}" ]; then
	minisign -S -s "$MINISIGN_KEY" -m "$out/SHA256SUMS" -t "TokenTray $version" >/dev/null
fi
(cd "$out" && ls -l tokentray[-_]* SHA256SUMS* | awk '{ printf "%11d  %s\n", $5, $9 }')
