#!/bin/sh
# Has a replica take the place of a primary that is well, for example before its machine is taken down.
#
# SENTINEL FAILOVER alone loses what the primary accepts until it is told, up to some seconds of calls. So its writes are
# paused first: clients wait, and go on at the new primary. Prints the new primary as host:port.
#
# SENTINELS        host:port of all, separated by blanks
# GROUP            what the Sentinels call the primary
# FIRST_PRIMARY    host:port
# PASSWORD_FILE    of servers and Sentinels alike; none when unset
set -eu
# A failover takes one or two seconds; when it fails, the old primary goes on after this.
pause_ms=15000
folder="$(dirname "$0")"
[ -z "${PASSWORD_FILE:-}" ] || { REDISCLI_AUTH="$(cat "$PASSWORD_FILE")"; export REDISCLI_AUTH; }

# ask host:port command…
ask() {
  host="${1%:*}" port="${1##*:}"
  shift
  timeout 2 redis-cli -h "$host" -p "$port" --raw "$@" 2>&1 || true
}

order_failover() {
  for sentinel in $SENTINELS; do
    answer="$(ask "$sentinel" SENTINEL FAILOVER "$GROUP")"
    [ "$answer" != OK ] || return 0
  done
  return 1
}

fail() {
  ask "$old" CLIENT UNPAUSE > /dev/null
  echo "$1; the primary is still $old" >&2
  exit 1
}

old="$(sh "$folder/find-primary.sh")"
answer="$(ask "$old" CLIENT PAUSE "$pause_ms" WRITE)"
[ "$answer" = OK ] || fail "$old does not pause its writes: $answer"
order_failover || fail "No Sentinel orders the failover: $answer"
seconds=0
while [ "$seconds" -lt 12 ]; do
  sleep 1
  seconds=$((seconds + 1))
  new="$(sh "$folder/find-primary.sh")"
  if [ "$new" != "$old" ]; then
    echo "$new"
    exit 0
  fi
done
fail "No replica took over in $seconds s"
