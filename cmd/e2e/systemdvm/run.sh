#!/usr/bin/env bash
# Boots a small Debian with systemd in a virtual machine, runs README's commands for a
# service of the whole server there, and looks what becomes of the service. Run it by
# make systemd-vm, as root; it wants qemu-system-x86 and mmdebstrap, and fetches Debian's
# packages by apt-get. The processor is emulated, which takes some minutes on an idle
# machine and half an hour on a busy one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
program=$(realpath "${1:-bin/tokentray}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for tool in qemu-system-x86_64:qemu-system-x86 mmdebstrap:mmdebstrap; do
	command -v "${tool%:*}" >/dev/null || { echo "${tool%:*} is missing; install the Debian package ${tool#*:}"; exit 1; }
done
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mmdebstrap --quiet --variant=minbase \
	--include=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,sudo,passwd,busybox-static "$suite" root
kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
apt-get download "$kernel" >/dev/null 2>apt.log || { cat apt.log; exit 1; }
dpkg-deb -x ./*.deb debian
rm -rf root/usr/share/{doc,man,locale,info} root/var/cache/apt root/var/lib/apt/lists

# As make install does it, with PREFIX=/usr.
install -Dm755 "$program" root/usr/bin/tokentray
install -d root/usr/lib/systemd/system
sed 's|^ExecStart=tokentray|ExecStart=/usr/bin/tokentray|' "$top/assets/tokentray-server.service" >root/usr/lib/systemd/system/tokentray.service

# README's lines, word for word. The AppSecret and the upstream come from the test, because
# nobody sits before the machine.
block() { awk -v from="$1" 'index($0, from) { on = 1 } on && /^```/ { if (inside) exit; inside = 1; next } inside' "$top/README.md"; }
mkdir root/check
block '**As a service of the whole server**' >root/check/server
grep -q 'systemctl enable --now tokentray' root/check/server || { echo "README's lines are not found"; exit 1; }
install -m755 "$here/check" root/check/check
install -m644 "$here/check.service" root/etc/systemd/system/check.service
install -d root/etc/systemd/system/multi-user.target.wants
ln -s ../check.service root/etc/systemd/system/multi-user.target.wants/check.service
install -m755 "$here/init" root/init

(cd root && find . -path ./dev -prune -o -print | ./usr/bin/busybox cpio -o -H newc 2>/dev/null) | gzip -1 >initramfs.gz

# In the foreground, so that qemu ends with this script when that is interrupted.
timeout --foreground "${SYSTEMD_VM_SECONDS:-1800}" qemu-system-x86_64 -accel tcg -m 2048 -nographic -no-reboot -nic none \
	-kernel "$(find debian/boot -name 'vmlinuz-*' | head -1)" -initrd initramfs.gz \
	-append "console=ttyS0 quiet panic=-1 systemd.show_status=0 systemd.default_timeout_start_sec=600 systemd.mask=systemd-udevd.service" </dev/null | sed -u 's|\r||g' | tee out
if grep -q '^FAIL' out || ! grep -q '^ALL FINE' out; then
	echo "the services did not do what README says"
	exit 1
fi
