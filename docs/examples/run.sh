#!/usr/bin/env bash
# run.sh - `make run`: kvd with Weir in it, a modest load, and where to look. Writes below build/run/
# (or $WEIR_RUN_DIR) only. Ctrl-C ends everything. Wanted ports: WEIR_RUN_HTTP, WEIR_RUN_CONFIG, WEIR_RUN_KVD.
set -eu
build=$(cd "${BUILD:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
run=${WEIR_RUN_DIR:-$build/run}
mkdir -p "$run/runtime"
run=$(cd "$run" && pwd)
chmod 700 "$run/runtime"

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The wanted port, or the next free one, which is said.
free_port() {
    local port=$1
    while taken "$port"; do port=$((port + 10)); done
    [ "$port" = "$1" ] || echo "port $1 is taken: using $port for the $2" >&2
    echo "$port"
}

http=$(free_port "${WEIR_RUN_HTTP:-9031}" "page")
config=$(free_port "${WEIR_RUN_CONFIG:-9030}" "config port")
redis=$(free_port "${WEIR_RUN_KVD:-6390}" "key-value server")
sed -e "s/^http = .*/http = 127.0.0.1:$http/; s/^config_port = .*/config_port = 127.0.0.1:$config/" \
    "$here/kvd.ini" >"$run/kvd.ini"

# Ends what this script started; a second Ctrl-C does not wait for kvd's last records.
kvd=
load=
finish() {
    trap - EXIT
    trap 'kill -KILL $kvd 2>/dev/null' INT TERM HUP
    [ -z "$load" ] || kill "$load" 2>/dev/null || true
    [ -z "$kvd" ] || kill "$kvd" 2>/dev/null || true
    # A wait that a signal interrupts is not the end of kvd.
    while [ -n "$kvd" ] && kill -0 "$kvd" 2>/dev/null; do wait "$kvd" 2>/dev/null || true; done
    echo "ended; the log is $run/kvd.log, the history $run/history.db"
    exit "$1"
}
trap 'finish 1' EXIT
trap 'finish 0' INT TERM HUP

cd "$run"
RUNTIME_DIRECTORY=$run/runtime "$build/kvd" --port "$redis" --weir "$build/libweir.so.0" --log "$run/kvd.ini" &
kvd=$!

# kvd is ready when the command finds it and its page is there.
link=
for _ in $(seq 200); do
    kill -0 "$kvd" 2>/dev/null || { echo "kvd ended at its start" >&2; exit 1; }
    link=$("$build/weir" open --pid "$kvd" 2>/dev/null) && break
    sleep 0.05
done
[ -n "$link" ] || { echo "kvd offers no page; see $run/kvd.log" >&2; exit 1; }
"$build/kvd-load" "$redis" &
load=$!

# As one word of a shell, whatever the path is.
weir=$(printf '%q' "$build/weir")
cat <<TXT

  kvd runs with Weir in it, pid $kvd (redis-cli -p $redis talks to it).

  The page:         $link
  The config port:  127.0.0.1:$config (Python's logging.config.listen protocol)

  Try, in another terminal:

    $weir set kvd.store=DEBUG --for 1m --pid $kvd
    $weir tail --logger kvd.store --pid $kvd
    $weir push $(printf '%q' "$run/kvd.ini") --to 127.0.0.1:$config

  Ctrl-C ends it.

TXT
wait "$kvd" && status=0 || status=$?
echo "kvd ended by itself (status $status)" >&2
kvd=
finish 1
