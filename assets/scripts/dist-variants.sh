#!/usr/bin/env bash
# Makes what the tests of the packages want, below FOLDER:
#   now      the packages of this commit
#   again    the same, built once more from another folder
#   earlier  the packages of the commit before, with this commit's packaging
#   signed   Windows' packages of this commit, signed by keys of the test in keys
#
#   dist-variants.sh FOLDER
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
to=$1
rm -rf "$to"
mkdir -p "$to/keys"
git -C "$root" worktree prune
git -C "$root" worktree add --quiet --detach "$to/tree" HEAD
git -C "$root" worktree add --quiet --detach "$to/before" "${EARLIER:-HEAD~1}"
trap 'git -C "$root" worktree remove --force "$to/tree"; git -C "$root" worktree remove --force "$to/before"' EXIT

printf '%s\n' "a password of the test" >"$to/keys/password"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$to/keys/key.pem" -out "$to/keys/cert.pem" -days 3650 -subj "/CN=A test of TokenTray" -addext extendedKeyUsage=codeSigning 2>/dev/null
openssl pkcs12 -export -inkey "$to/keys/key.pem" -in "$to/keys/cert.pem" -out "$to/keys/cert.p12" -passout "file:$to/keys/password"
minisign -G -W -f -p "$to/keys/minisign.pub" -s "$to/keys/minisign.key" >/dev/null

"$root/assets/scripts/dist.sh" -o "$to/now"
"$to/tree/assets/scripts/dist.sh" -o "$to/again"
"$root/assets/scripts/dist.sh" -C "$to/before" -o "$to/earlier"
SIGN_P12=$to/keys/cert.p12 SIGN_PASSWORD_FILE=$to/keys/password MINISIGN_KEY=$to/keys/minisign.key "$root/assets/scripts/dist.sh" -o "$to/signed" windows
