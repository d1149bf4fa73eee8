#!/bin/sh
# Prints the primary as host:port: what the first Sentinel that answers says, else FIRST_PRIMARY.
set -eu
[ -z "${PASSWORD_FILE:-}" ] || { REDISCLI_AUTH="$(cat "$PASSWORD_FILE")"; export REDISCLI_AUTH; }
for sentinel in $SENTINELS; do
  # A host that is gone must not hold up the start.
  answer="$(timeout 2 redis-cli -h "${sentinel%:*}" -p "${sentinel##*:}" --raw \
    SENTINEL GET-MASTER-ADDR-BY-NAME "$GROUP" 2> /dev/null || true)"
  # shellcheck disable=SC2086
  set -- $answer
  # An error is told in words, too.
  [ "$#" -eq 2 ] || continue
  case "$2" in *[!0-9]*) continue ;; esac
  echo "$1:$2"
  exit 0
done
echo "$FIRST_PRIMARY"
