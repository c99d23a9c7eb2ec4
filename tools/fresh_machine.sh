#!/usr/bin/env bash
# Proves that a checkout needs nothing but a minimal Debian 12 with git and sudo: makes such a machine in a folder, puts the checkout
# in and runs a command there (default: ./dev test). Needs root, debootstrap and a package mirror.
#
# usage: tools/fresh_machine.sh [--user] [--working-tree] [--dir DIR] [command...]
#   --user           as an ordinary user with sudo, instead of root
#   --working-tree   with uncommitted changes, instead of a clone of HEAD
#   --dir DIR        where to keep the machine (default /tmp/florin-fresh); DIR/base is made once, DIR/root anew each time
# Environment: DEBIAN_MIRROR (default http://deb.debian.org/debian)
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=/tmp/florin-fresh user=root working_tree=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --user) user=builder ;;
    --working-tree) working_tree=1 ;;
    --dir) dir=$2; shift ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
command=("$@")
if ((${#command[@]} == 0)); then command=(./dev test); fi
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
((EUID == 0)) || { echo "fresh_machine: needs root for chroot and mount" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "fresh_machine: apt-get install debootstrap first" >&2; exit 1; }

make_base() {
  debootstrap --variant=minbase bookworm "$dir/base.new" "$mirror"
  cat >"$dir/base.new/etc/apt/sources.list" <<SOURCES
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb ${mirror%/debian}/debian-security bookworm-security main
SOURCES
  mv "$dir/base.new" "$dir/base"
}

# What this machine needs to reach the network: name service, mirrors behind a proxy, npm's registry and its certificates.
copy_network_settings() {
  local root=$1 file
  for file in /etc/hosts /etc/resolv.conf /etc/npmrc /usr/etc/npmrc /root/.npmrc /etc/ssl/certs/ca-certificates.crt \
    $(grep -l -s 'Acquire::' /etc/apt/apt.conf.d/*); do
    [[ -f $file ]] && install -D -m 644 "$file" "$root$file"
  done
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    install -D -m 644 -t "$root/usr/local/share/ca-certificates" /usr/local/share/ca-certificates/*.crt
  fi
}

put_checkout() {
  local to=$1
  mkdir -p "$to"
  if [[ -n $working_tree ]]; then
    git -C "$checkout" ls-files --cached --others --exclude-standard --deduplicate -z |
      (cd "$checkout" && tar --create --null --files-from=- --ignore-failed-read 2>/dev/null) | tar --extract -C "$to"
    git -C "$to" init -q && git -C "$to" add -A && git -C "$to" -c user.name=fresh -c user.email=fresh@localhost commit -qm "Working tree"
  else
    git clone -q --no-hardlinks "$checkout" "$to"
  fi
}

# Mounts live in a namespace of their own, so they end with this script however it ends.
if [[ -z ${FRESH_MACHINE_UNSHARED:-} ]]; then
  mkdir -p "$dir"
  [[ -d $dir/base ]] || make_base
  rm -rf --one-file-system "$dir/root"
  cp -a --reflink=auto "$dir/base" "$dir/root"
  copy_network_settings "$dir/root"
  if [[ $user == root ]]; then home=/root; else home=/home/$user; fi
  put_checkout "$dir/root$home/florin"
  FRESH_MACHINE_UNSHARED=1 exec unshare --mount --propagation private \
    "$0" --dir "$dir" $([[ $user == root ]] || echo --user) "${command[@]}"
fi

root=$dir/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 ${CI:+CI=$CI} chroot "$root" "$@"; }

inside sh -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends git sudo' >"$dir/base.log" 2>&1
script="cd ~/florin && $(printf '%q ' "${command[@]}")"
start=$(date +%s)
status=0
if [[ $user == root ]]; then
  inside env HOME=/root bash -c "$script" </dev/null || status=$?
else
  inside useradd --no-create-home --home-dir "/home/$user" --shell /bin/bash "$user"
  echo "$user ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/$user"
  if [[ -f $root/root/.npmrc ]]; then cp "$root/root/.npmrc" "$root/home/$user/.npmrc"; fi
  inside chown -R "$user:$user" "/home/$user"
  inside su - "$user" -c "${CI:+CI=$CI }bash -c $(printf '%q' "$script")" </dev/null || status=$?
fi
echo "fresh_machine: '${command[*]}' as $user ended with status $status after $(($(date +%s) - start)) s"
exit "$status"
