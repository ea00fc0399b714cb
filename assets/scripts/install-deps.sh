#!/usr/bin/env bash
# Installs what is missing on this machine, and nothing else.
#
#   install-deps.sh run         what building and running takes
#   install-deps.sh run test    and what the tests take besides
#   install-deps.sh run wine    and what make test-wine takes
#   install-deps.sh run browser and what make test-browser takes
#   install-deps.sh run desktops and what make test-desktops takes
#   install-deps.sh run dist    and what make dist takes
#   install-deps.sh -n …        only tell what would be done
#
# On Debian and Ubuntu it installs by apt-get, with sudo unless it is root. On
# other systems it prints the command and stops. When nothing is missing it
# takes a few milliseconds and says nothing.
set -euo pipefail

cd "$(dirname "$0")/../.."

# What is needed:  how to see it | Debian and Ubuntu | Fedora | Arch
# The check is a command, pc:NAME for pkg-config, lib:NAME for a shared library,
# file:PATH, or font:LANG for a font of that language.
needs_run() {
	if [ "$(uname -s)" != Linux ]; then return; fi
	cat <<'LIST'
cc            | gcc libc6-dev       | gcc glibc-devel         | gcc
pkg-config    | pkg-config          | pkgconf-pkg-config      | pkgconf
pc:gl         | libgl-dev           | mesa-libGL-devel        | libglvnd
pc:x11        | libx11-dev          | libX11-devel            | libx11
pc:xcursor    | libxcursor-dev      | libXcursor-devel        | libxcursor
pc:xrandr     | libxrandr-dev       | libXrandr-devel         | libxrandr
pc:xinerama   | libxinerama-dev     | libXinerama-devel       | libxinerama
pc:xi         | libxi-dev           | libXi-devel             | libxi
pc:xxf86vm    | libxxf86vm-dev      | libXxf86vm-devel        | libxxf86vm
LIST
}

needs_test() {
	if [ "$(uname -s)" != Linux ]; then return; fi
	cat <<'LIST'
git                  | git                                     | git                    | git
Xvfb                 | xvfb                                    | xorg-x11-server-Xvfb   | xorg-server-xvfb
lib:libGLX_mesa.so.0 | libgl1-mesa-dri libglx-mesa0            | mesa-dri-drivers       | mesa
dbus-run-session     | dbus                                    | dbus-daemon            | dbus
gnome-keyring-daemon | gnome-keyring                           | gnome-keyring          | gnome-keyring
file:/usr/share/dbus-1/services/org.gnome.keyring.SystemPrompter.service | gcr | gcr3 | gcr
file:/usr/share/dbus-1/services/org.xfce.Xfconf.service | xfconf | xfconf | xfconf
xfwm4                | xfwm4                                   | xfwm4                  | xfwm4
xfce4-panel          | xfce4-panel                             | xfce4-panel            | xfce4-panel
xdotool              | xdotool                                 | xdotool                | xdotool
xclip                | xclip                                   | xclip                  | xclip
xprop                | x11-utils                               | xprop                  | xorg-xprop
xfce4-clipman        | xfce4-clipman                           | xfce4-clipman-plugin   | xfce4-clipman-plugin
copyq                | copyq                                   | copyq                  | copyq
autocutsel           | autocutsel                              | autocutsel             | autocutsel
import               | imagemagick                             | ImageMagick            | imagemagick
wl-copy              | wl-clipboard                            | wl-clipboard           | wl-clipboard
sway                 | sway                                    | sway                   | sway
wrk                  | wrk                                     | wrk                    | wrk
redis-server         | redis-server                            | redis                  | redis
systemd-analyze      | systemd                                 | systemd                | systemd
redis-benchmark      | redis-tools                             | redis                  | redis
node                 | nodejs                                  | nodejs                 | nodejs
direnv               | direnv                                  | direnv                 | direnv
npm                  | npm                                     | nodejs-npm             | npm
file:/usr/sbin/nginx | nginx-light                             | nginx                  | nginx
mandoc               | mandoc                                  | mandoc                 | mandoc
curl                 | curl                                    | curl                   | curl
ip                   | iproute2                                | iproute                | iproute2
findmnt              | util-linux mount                        | util-linux             | util-linux
file:/usr/sbin/mkfs.ext4 | e2fsprogs                           | e2fsprogs              | e2fsprogs
font:zh-cn           | fonts-noto-cjk                          | google-noto-sans-cjk-fonts | noto-fonts-cjk
LIST
}

needs_browser() {
	if [ "$(uname -s)" != Linux ]; then return; fi
	cat <<'LIST'
chromium | chromium | chromium | chromium
LIST
}

needs_wine() {
	if [ "$(uname -s)" != Linux ]; then return; fi
	cat <<'LIST'
wine                   | wine                   | wine        | wine
file:/usr/lib/wine/wine64 | wine64              | wine        | wine
x86_64-w64-mingw32-gcc | gcc-mingw-w64-x86-64   | mingw64-gcc | mingw-w64-gcc
Xvfb                   | xvfb                   | xorg-x11-server-Xvfb | xorg-server-xvfb
LIST
}

needs_desktops() {
	if [ "$(uname -s)" != Linux ]; then return; fi
	cat <<'LIST'
lxqt-panel            | lxqt-panel         | lxqt-panel         | lxqt-panel
kwalletd5             | libkf5wallet-bin   | kf5-kwallet        | kwallet5
appstreamcli          | appstream          | appstream          | appstream
desktop-file-validate | desktop-file-utils | desktop-file-utils | desktop-file-utils
LIST
}

needs_dist() {
	if [ "$(uname -s)" != Linux ]; then return; fi
	cat <<'LIST'
x86_64-w64-mingw32-gcc | gcc-mingw-w64-x86-64   | mingw64-gcc | mingw-w64-gcc
makensis               | nsis                   | mingw32-nsis | nsis
icotool                | icoutils               | icoutils    | icoutils
png2icns               | icnsutils              | libicns-utils | libicns
zip                    | zip                    | zip         | zip
objdump                | binutils               | binutils    | binutils
osslsigncode           | osslsigncode           | osslsigncode | osslsigncode
minisign               | minisign               | minisign    | minisign
rpm                    | rpm                    | rpm         | rpm-tools
pacman                 | pacman-package-manager | pacman      | pacman
appstreamcli           | appstream              | appstream   | appstream
desktop-file-validate  | desktop-file-utils     | desktop-file-utils | desktop-file-utils
plistutil              | libplist-utils         | libplist    | libplist
LIST
}

# ---- Go

# version_less A B: is version A older than B?
version_less() {
	[ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]
}

check_go() {
	local want have
	want=$(sed -n 's/^go //p' go.mod)
	if ! command -v "${GO:-go}" >/dev/null; then
		echo "TokenTray is built with Go $want or newer, and there is no go command." >&2
		echo "Install it from https://go.dev/dl/ and see that its bin folder is in PATH." >&2
		exit 1
	fi
	# Not the toolchain that Go would download by itself, unless it was asked to.
	have=$(GOTOOLCHAIN=${GOTOOLCHAIN:-local} "${GO:-go}" env GOVERSION 2>/dev/null || true)
	have=${have#go}
	have=${have%% *}
	if [ -z "$have" ] || version_less "$have" "$want"; then
		echo "TokenTray is built with Go $want or newer; here is ${have:-an unusable one} ($(command -v "${GO:-go}"))." >&2
		echo "Install it from https://go.dev/dl/, or let Go fetch it by itself:  GOTOOLCHAIN=go$want+auto make run" >&2
		exit 1
	fi
}

# ---- what is missing

present() {
	case $1 in
	pc:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#pc:}" ;;
	file:*) [ -e "${1#file:}" ] ;;
	lib:*) [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) == *"${1#lib:}"* ]] ;; # a pipe to grep -q fails when grep ends first
	font:*) command -v fc-list >/dev/null && [ -n "$(fc-list ":lang=${1#font:}" file)" ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# missing COLUMN: the packages of that column whose check fails, on one line.
missing() {
	local check deb fedora arch
	while IFS='|' read -r check deb fedora arch; do
		check=${check//[[:space:]]/}
		if ! present "$check"; then
			case $1 in deb) echo "$deb" ;; fedora) echo "$fedora" ;; arch) echo "$arch" ;; esac
		fi
	done < <(for list in "${lists[@]}"; do "needs_$list"; done) | xargs
}

# ---- how to install

dry=
lists=()
for arg; do
	case $arg in
	-n) dry=yes ;;
	run | test | wine | browser | desktops | dist) lists+=("$arg") ;;
	*)
		echo "usage: $0 [-n] run|test|wine|browser|desktops|dist…" >&2
		exit 2
		;;
	esac
done

check_go

id=unknown
release=${OS_RELEASE:-/etc/os-release} # tests play other systems
if [ -r "$release" ]; then
	id=$(. "$release" && echo " ${ID:-} ${ID_LIKE:-} ")
fi
case $(uname -s):$id in
Darwin:*)
	if ! xcode-select -p >/dev/null 2>&1; then
		echo "A C compiler is missing. Install it and try again:  xcode-select --install" >&2
		exit 1
	fi
	exit 0
	;;
Linux:*" debian "* | Linux:*" ubuntu "*)
	packages=$(missing deb)
	[ -n "$packages" ] || exit 0
	sudo=
	if [ "$(id -u)" != 0 ]; then
		sudo="sudo "
		if ! command -v sudo >/dev/null; then
			echo "Missing on this machine: $packages" >&2
			echo "Install them as root and try again:  apt-get install --no-install-recommends $packages" >&2
			exit 1
		fi
	fi
	echo "installing: $packages"
	[ -z "$dry" ] || exit 0
	# env after sudo: sudo does not hand its environment on.
	quiet="${sudo}env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300"
	$quiet update </dev/null
	$quiet install --yes --no-install-recommends $packages </dev/null >/dev/null
	packages=$(missing deb)
	if [ -n "$packages" ]; then
		echo "Still missing after the installation: $packages" >&2
		exit 1
	fi
	;;
Linux:*" fedora "* | Linux:*" rhel "*)
	packages=$(missing fedora)
	[ -n "$packages" ] || exit 0
	echo "Missing on this machine. Install and try again:  sudo dnf install $packages" >&2
	exit 1
	;;
Linux:*" arch "*)
	packages=$(missing arch)
	[ -n "$packages" ] || exit 0
	echo "Missing on this machine. Install and try again:  sudo pacman -S --needed $packages" >&2
	exit 1
	;;
*)
	packages=$(missing deb)
	[ -n "$packages" ] || exit 0
	echo "Missing on this machine (by their names in Debian): $packages" >&2
	echo "Install what your system calls them, and try again." >&2
	exit 1
	;;
esac
