#!/bin/sh
# Starts a Sentinel, which watches the primary that the other Sentinels name, or FIRST_PRIMARY where none answers.
#
# HOST, PORT       where the others reach this Sentinel
# SENTINELS        host:port of all, separated by blanks
# GROUP            what the Sentinels call the primary
# FIRST_PRIMARY    host:port
# PASSWORD_FILE    of servers and Sentinels alike; none when unset
# RUN_FOLDER       for the configuration, which a Sentinel writes as well and which holds the password: in memory
# QUORUM           how many Sentinels must find the primary down
# DOWN_AFTER_MS    how long it must be silent for that
set -eu
folder="$(dirname "$0")"
password=""
[ -z "${PASSWORD_FILE:-}" ] || password="$(cat "$PASSWORD_FILE")"
primary="$(sh "$folder/find-primary.sh")"

umask 077
{
  echo "port $PORT"
  echo "dir $RUN_FOLDER"
  echo "sentinel resolve-hostnames yes"
  echo "sentinel announce-hostnames yes"
  echo "sentinel announce-ip $HOST"
  echo "sentinel announce-port $PORT"
  echo "sentinel monitor $GROUP ${primary%:*} ${primary##*:} $QUORUM"
  echo "sentinel down-after-milliseconds $GROUP $DOWN_AFTER_MS"
  echo "sentinel failover-timeout $GROUP 30000"
  [ -z "$password" ] || {
    printf 'requirepass "%s"\n' "$password"
    printf 'sentinel auth-pass %s "%s"\n' "$GROUP" "$password"
  }
} > "$RUN_FOLDER/sentinel.conf"
exec redis-server "$RUN_FOLDER/sentinel.conf" --sentinel
