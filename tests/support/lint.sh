#!/usr/bin/env bash
# lint.sh - layout, static analysis, and the rules of the house that a machine can check.
set -u
cd "$(dirname "$0")/../.."
status=0
fail() { echo "lint: $1" >&2; status=1; }

mapfile -t sources < <(git ls-files '*.c' '*.h')

clang-format --dry-run -Werror "${sources[@]}" || fail "clang-format: run clang-format -i"

for file in "${sources[@]}"; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || fail "$file has $lines lines (500 at most)"
done

# The library is a guest: what it must never call. Comments and names that contain the words do not count.
git ls-files 'plugin/*.c' 'admin/control/*.c' 'admin/listen/*.c' 'admin/http/*.c' |
    xargs grep -nE '(^|[^a-z_.>"])(abort|exit|setlocale|chdir|signal|sigaction|strcpy|strcat|sprintf|atoi|strtok|printf|puts)\(' |
    grep -vE '^\S+:\s*(\*|//|/\*)' && fail "calls that a guest must not make (above)"

# The include direction: no folder includes upward.
order="base listen queue frontend record format filter sink store handler backend config host receiver api"
rank() { local n=0; for f in $order; do n=$((n + 1)); [ "$f" = "$1" ] && echo $n && return; done; echo 0; }
for file in $(git ls-files 'plugin/*/*.[ch]'); do
    own=$(rank "$(basename "$(dirname "$file")")")
    for folder in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file" | sort -u); do
        [ "$folder" = admin ] && [ "$(basename "$(dirname "$file")")" != api ] && fail "$file includes admin/"
        other=$(rank "$folder")
        [ "$other" -le "$own" ] || fail "$file includes $folder/, which stands above it"
    done
done

cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
    --suppress=missingIncludeSystem -Iplugin -I. plugin admin || fail "cppcheck"
exit $status
