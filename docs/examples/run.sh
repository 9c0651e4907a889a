#!/usr/bin/env bash
# run.sh - `make run`: kvd with Weir in it, a modest load, and where to look. Writes below build/run/
# only. Ctrl-C ends everything.
set -eu
build=$(cd "${BUILD:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
run=$build/run
mkdir -p "$run/runtime"
chmod 700 "$run/runtime"

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The wanted port, or the next free one, which is said.
free_port() {
    local port=$1
    while taken "$port"; do port=$((port + 10)); done
    [ "$port" = "$1" ] || echo "port $1 is taken: using $port for the $2" >&2
    echo "$port"
}

http=$(free_port 9031 "page")
config=$(free_port 9030 "config port")
redis=$(free_port 6390 "key-value server")
sed -e "s/^http = .*/http = 127.0.0.1:$http/; s/^config_port = .*/config_port = 127.0.0.1:$config/" \
    "$here/kvd.ini" >"$run/kvd.ini"

cd "$run"
export RUNTIME_DIRECTORY=$run/runtime
"$build/kvd" --port "$redis" --weir "$build/libweir.so.0" --log "$run/kvd.ini" &
kvd=$!
finish() {
    trap - EXIT INT TERM
    kill "$load" 2>/dev/null || true
    kill "$kvd" 2>/dev/null || true
    wait "$kvd" 2>/dev/null || true
    echo "ended; the log is $run/kvd.log, the history $run/history.db"
    exit 0
}
load=
trap finish EXIT INT TERM

# kvd is ready when the command finds it.
link=
for _ in $(seq 500); do
    kill -0 "$kvd" 2>/dev/null || { echo "kvd ended at its start" >&2; exit 1; }
    link=$("$build/weir" open --pid "$kvd" 2>/dev/null) && break
    read -r -t 0.02 _ <> <(:) || true
done
"$build/kvd-load" "$redis" &
load=$!

cat <<TXT

  kvd runs with Weir in it, pid $kvd (redis-cli -p $redis talks to it).

  The page:         $link
  The config port:  127.0.0.1:$config (Python's logging.config.listen protocol)

  Try, in another terminal:

    $build/weir set kvd.store=DEBUG --for 1m --pid $kvd
    $build/weir tail --logger kvd.store --pid $kvd
    python3 $here/push.py $run/kvd.ini $config

  Ctrl-C ends it.

TXT
wait "$kvd"
