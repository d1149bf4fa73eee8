#!/bin/sh
# Makes a Cluster of fresh nodes, each second one a replica, and waits until it serves. A Cluster that exists is left as it is.
#
# NODES  address:port of all, separated by blanks; no names, which nodes do not take from each other
set -eu
first="${NODES%% *}"
ask() { redis-cli -h "${first%:*}" -p "${first##*:}" "$@"; }

# A node that belongs to no Cluster knows only itself.
if [ "$(ask CLUSTER NODES | grep -c .)" -eq 1 ]; then
  # shellcheck disable=SC2086
  redis-cli --cluster create $NODES --cluster-replicas 1 --cluster-yes
fi
until ask CLUSTER INFO | grep -q '^cluster_state:ok'; do sleep 1; done
