#!/bin/bash
# Runs a command beside PostgreSQL and NATS. In: a command. Out: its exit code. What already answers on loopback is used;
# what does not is started privately in a temporary folder and stopped again at the end.
set -euo pipefail
PATH=$PATH:/usr/sbin
folder=$(mktemp -d /tmp/daylight-services.XXXXXX)
chmod 755 "$folder"
postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
nats_pid=""
own_postgres=no
# PostgreSQL refuses to run as root: then its own account runs it.
as_postgres=()
[ "$(id -u)" -ne 0 ] || as_postgres=(runuser -u postgres --)

stop() {
  [ -z "$nats_pid" ] || kill "$nats_pid" 2>/dev/null || true
  [ $own_postgres = no ] || "${as_postgres[@]}" "$postgres_bin/pg_ctl" -D "$folder/pg/data" -m immediate -s stop || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

url=${DAYLIGHT_TEST_POSTGRES:-postgresql://root@127.0.0.1:5432/postgres}
if ! psql -w -qtAc 'select 1' "$url" >/dev/null 2>&1; then
  port=5432; answers 5432 && port=$(free_port)
  echo "starting a private PostgreSQL on port $port for the tests"
  mkdir "$folder/pg"
  [ "$(id -u)" -ne 0 ] || chown postgres "$folder/pg"
  "${as_postgres[@]}" "$postgres_bin/initdb" -D "$folder/pg/data" -U root -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  "${as_postgres[@]}" "$postgres_bin/pg_ctl" -D "$folder/pg/data" -w -s -l "$folder/pg/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder/pg -c fsync=off" start
  own_postgres=yes
  url=postgresql://root@127.0.0.1:$port/postgres
  psql -w -q "$url" -c 'create role test superuser login' -c 'create database test owner test'
fi
export DAYLIGHT_TEST_POSTGRES=$url

nats=${DAYLIGHT_TEST_NATS:-nats://127.0.0.1:4222}
if ! answers "${nats##*:}"; then
  port=4222; answers 4222 && port=$(free_port)
  echo "starting a private NATS on port $port for the tests"
  nats-server -a 127.0.0.1 -p "$port" >"$folder/nats.log" 2>&1 &
  nats_pid=$!
  for _ in $(seq 50); do answers "$port" && break; sleep 0.1; done
  nats=nats://127.0.0.1:$port
fi
export DAYLIGHT_TEST_NATS=$nats

"$@"
