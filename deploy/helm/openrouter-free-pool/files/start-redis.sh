#!/bin/sh
# Starts a Redis of a group that Sentinels watch, as what it is at this moment: the Sentinels say who the primary is.
# Without their answer (the first start), FIRST_PRIMARY is, and the others follow it.
#
# HOST, PORT       where the others reach this server
# SENTINELS        host:port, separated by blanks
# GROUP            what the Sentinels call the primary
# FIRST_PRIMARY    host:port
# PASSWORD_FILE    of servers and Sentinels alike; none when unset
# RUN_FOLDER       for the configuration, which holds the password: in memory
# DATA_FOLDER, MAXMEMORY, MIN_REPLICAS
set -eu
folder="$(dirname "$0")"
password=""
[ -z "${PASSWORD_FILE:-}" ] || password="$(cat "$PASSWORD_FILE")"
primary="$(sh "$folder/find-primary.sh")"

umask 077
{
  echo "port $PORT"
  echo "dir $DATA_FOLDER"
  echo "appendonly yes"
  echo "maxmemory $MAXMEMORY"
  echo "maxmemory-policy noeviction"
  # A primary that lost its replicas, and perhaps its place, takes no more writes.
  echo "min-replicas-to-write $MIN_REPLICAS"
  echo "replica-announce-ip $HOST"
  echo "replica-announce-port $PORT"
  [ -z "$password" ] || printf 'requirepass "%s"\nmasterauth "%s"\n' "$password" "$password"
  [ "$primary" = "$HOST:$PORT" ] || echo "replicaof ${primary%:*} ${primary##*:}"
} > "$RUN_FOLDER/redis.conf"
exec redis-server "$RUN_FOLDER/redis.conf"
