#!/bin/bash
# run.sh BUILD [ROUNDS] - builds the peers and the history bench, measures, prints the table. Called by
# `make bench`. Never fails for a bar that is missed, only where something cannot be built or run.
set -eu
build=$1
rounds=${2:-${WEIR_BENCH_ROUNDS:-5}}
here=$(dirname "$0")
out=$build/bench
mkdir -p "$out"

peer() { # NAME FLAG...
    name=$1
    shift
    ${CXX:-c++} -std=gnu++17 -O3 -DNDEBUG -pthread -Iplugin "$here/peers/$name.cc" -o "$out/$name" "$@"
}

echo "building the peers"
peer weir -L"$build" -Wl,-rpath,"$(realpath "$build")" -lweir
# shellcheck disable=SC2046
peer spdlog_sync $(pkg-config --cflags --libs spdlog)
# shellcheck disable=SC2046
peer spdlog_async $(pkg-config --cflags --libs spdlog)
peer glog -lglog
peer log4cxx -llog4cxx
make --no-print-directory BUILD="$build" "$build/tests/bench/history_bench"

python3 "$here/run.py" --build "$build" --rounds "$rounds" ${WEIR_BENCH_SCALE:+--scale "$WEIR_BENCH_SCALE"} ${WEIR_BENCH_ONLY:+--only "$WEIR_BENCH_ONLY"}
