#!/usr/bin/env bash
# Boots a small virtual machine that holds nothing but the program, sets its clock
# by date -s, and looks what becomes of a token. Run it by make clock-vm; it wants
# qemu-system-x86, and fetches Debian's cloud kernel and busybox by apt-get. The
# processor is emulated, which takes a few minutes: with KVM inside of another
# virtual machine the kernel may not boot at all.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:-bin/tokentray}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

command -v qemu-system-x86_64 >/dev/null || { echo "qemu-system-x86_64 is missing; install the Debian package qemu-system-x86"; exit 1; }
kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
apt-get download "$kernel" busybox-static tzdata >/dev/null 2>apt.log || { cat apt.log; exit 1; }
for deb in *.deb; do dpkg-deb -x "$deb" debian; done

mkdir -p root/{bin,proc,sys,dev,tmp,run}
cp debian/bin/busybox root/bin/busybox
cp "$program" root/bin/tokentray
cp "$here/init" root/init
cp -L debian/usr/share/zoneinfo/Europe/Berlin root/Berlin
chmod +x root/init
(cd root && find . | bin/busybox cpio -o -H newc 2>/dev/null) | gzip -1 >initramfs.gz

# In the foreground, so that qemu ends with this script when that is interrupted.
timeout --foreground "${CLOCK_VM_SECONDS:-900}" qemu-system-x86_64 -accel tcg -m 1024 -nographic -no-reboot -nic none \
	-kernel "$(find debian/boot -name 'vmlinuz-*' | head -1)" -initrd initramfs.gz \
	-append "console=ttyS0 quiet panic=-1" </dev/null | sed -u 's|\r||g' | tee out
if grep -q '^FAIL' out || ! grep -q '^ALL FINE' out; then
	echo "the clock of the virtual machine was not survived"
	exit 1
fi
