#!/bin/sh
# deps.sh - which Debian packages Weir needs, and installing them.
#
#   deps.sh need build|test    is all there? If not: says what is missing and installs it
#                              (WEIR_NO_INSTALL=1: says it and fails)
#   deps.sh install build|test installs what is missing
#   deps.sh list build|test    prints the list
set -eu

build="gcc make pkg-config binutils libc6-dev libmicrohttpd-dev libinih-dev libsqlite3-dev libcurl4-openssl-dev libyajl-dev libdw-dev libpcre2-dev"
bench="$build g++ python3 libspdlog-dev libgoogle-glog-dev liblog4cxx-dev"
test="$bench libcriterion-dev python3-yaml groff-base strace sqlite3 redis-tools chromium chromium-driver faketime curl logrotate iproute2 procps diffutils openssl rsyslog systemd exim4-daemon-light"
lint="$build clang-format clang-tidy cppcheck"

list() {
    case $1 in
    build) echo "$build" ;;
    test) echo "$test" ;;
    bench) echo "$bench" ;;
    lint) echo "$lint" ;;
    *) echo "deps.sh: no such list: $1" >&2; exit 2 ;;
    esac
}

# A machine has one mail server: another one is not to be replaced for the sake of a test.
has_mail_server() {
    dpkg-query -W -f '${Status} ${Provides}\n' 2>/dev/null | grep -q '^install ok installed .*mail-transport-agent'
}

missing() {
    command -v dpkg-query >/dev/null || return 0 # no Debian: the compiler will say what is missing
    for package in $(list "$1"); do
        [ "$package" = exim4-daemon-light ] && has_mail_server && continue
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

install() {
    packages=$(missing "$1")
    [ -n "$packages" ] || return 0
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -q
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages
}

need() {
    packages=$(missing "$1" | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    echo "missing Debian packages: $packages"
    if [ "${WEIR_NO_INSTALL:-}" = 1 ]; then
        echo "WEIR_NO_INSTALL=1: not installing them (make deps or make deps-test would)" >&2
        exit 1
    fi
    install "$1"
}

case ${1:-} in
need) need "$2" ;;
install) install "$2" ;;
list) list "$2" ;;
*) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
