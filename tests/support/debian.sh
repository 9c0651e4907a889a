#!/usr/bin/env bash
# debian.sh - README's two commands in an untouched Debian 12, as a reader would paste them.
#
#   debian.sh DIRECTORY root|user [TEST-TARGET]
#
# Makes a Debian by mmdebstrap below DIRECTORY (once), a fresh copy of it for each run, and in it a clone of
# this repository by README's own line: as root without sudo, which such a Debian does not have, or as a user
# who may use sudo. `make run` must print its link and three commands; each is pasted; Ctrl-C must end it. Then
# README's second command, or TEST-TARGET in its place. Wants root, for chroot and mounts; all of them go with the
# mount namespace.
set -eu

directory=$1 who=$2 target=${3:-test}
here=$(cd "$(dirname "$0")/../.." && pwd)
die() { echo "debian.sh: $1" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "wants root"

base=$directory/debian.tar
if [ ! -f "$base" ]; then
    # An installed Debian has its package lists; mmdebstrap would remove them.
    mmdebstrap --quiet --variant=minbase --skip=cleanup/apt/lists bookworm "$directory/partial.tar"
    mv "$directory/partial.tar" "$base"
fi

# A mount and a PID namespace of its own: whatever this starts or mounts ends with it.
if [ -z "${DEBIAN_SH_INSIDE:-}" ]; then
    exec env DEBIAN_SH_INSIDE=1 unshare --mount --pid --fork --kill-child bash "$0" "$@"
fi

root=$directory/$who
rm -rf --one-file-system "$root"
mkdir -p "$root"
trap 'rm -rf --one-file-system "$root/srv" "$root/home" "$root/root"' EXIT
tar -C "$root" -xf "$base"
cp /etc/resolv.conf "$root/etc/resolv.conf"
echo "127.0.0.1 localhost" >"$root/etc/hosts" # as an installed Debian has it
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
git clone --quiet --bare "$here" "$root/srv/weir.git"
git -C "$root/srv/weir.git" update-ref refs/heads/main "$(git -C "$here" rev-parse HEAD)"
git -C "$root/srv/weir.git" symbolic-ref HEAD refs/heads/main

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" LANG=C.UTF-8 ${http_proxy:+http_proxy="$http_proxy"} \
    chroot "$@"; }
home=/root user=root sudo=
if [ "$who" = user ]; then
    sudo=sudo
    inside "$root" apt-get install -qq -y --no-install-recommends sudo >/dev/null
    inside "$root" useradd --create-home --shell /bin/bash reader
    echo 'reader ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/reader"
    home=/home/reader user=reader
    chown -R reader "$root/srv/weir.git" 2>/dev/null || inside "$root" chown -R reader /srv/weir.git
fi
as_reader() { inside --userspec="$user" "$root" bash -c "cd && $1"; }

# README's line as it stands; the repository's place is the one thing a reader fills in.
line=$(grep -m1 'apt install .* make run$' "$here/README.md") || die "README.md has no such command"
line=$(sed 's|git clone [^ ]* weir|git clone /srv/weir.git weir|' <<<"$line")
[ -n "$sudo" ] || line=${line#sudo }
echo "debian.sh: $who: $line"
out=$root/srv/output
set -m # a process group of its own, in which SIGINT is not ignored
as_reader "$line" >"$out" 2>&1 &
running=$!
set +m
for _ in $(seq 1200); do
    grep -q 'Ctrl-C ends it' "$out" && break
    kill -0 "$running" 2>/dev/null || { cat "$out"; die "make run ended by itself"; }
    sleep 0.5
done
grep -q 'Ctrl-C ends it' "$out" || { cat "$out"; die "make run prints nothing"; }
sed -n '/kvd runs/,$p' "$out"
grep -q 'http://127.0.0.1:[0-9]*/#token=' "$out" || die "no link"

mapfile -t commands < <(sed -n 's/^    \//\//p' "$out")
[ "${#commands[@]}" = 3 ] || die "expected three commands, found ${#commands[@]}"
for command in "${commands[@]}"; do
    echo "debian.sh: $command"
    status=0
    as_reader "timeout 3 $command" >"$out.command" 2>&1 </dev/null || status=$?
    head -3 "$out.command"
    # A tail goes on until it is ended.
    [ "$status" = 0 ] || [[ $command == *" tail "* && $status == 124 ]] || die "exit $status"
    [ -s "$out.command" ] || die "said nothing"
done

# Ctrl-C: SIGINT to all that runs in the foreground.
kill -INT -- "-$running"
for _ in $(seq 100); do
    grep -q '^ended' "$out" && break
    sleep 0.1
done
wait "$running" || true
grep -q '^ended' "$out" || { tail "$out"; die "Ctrl-C did not end it"; }
echo "debian.sh: make run ended as it should"

echo "debian.sh: make $target"
as_reader "cd weir && make $target" >"$out" 2>&1 || { tail -200 "$out"; die "make $target failed"; }
tail -5 "$out"
