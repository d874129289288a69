#!/bin/sh
# Runs nginx with the configuration the engine writes to the shared folder. A new one is tested first and taken into use
# without dropping a request; what nginx says of it is written to `result` ("<version> ok" or "<version> failed" and the
# reasons) for the engine to read.
set -u
folder=${INGRESS_FOLDER:-/ingress}
run=${INGRESS_RUN:-/run}
nginx=${NGINX_PROGRAM:-nginx}
pod=${POD_NAME:-$$}
live=$run/ingress.conf
drain=${INGRESS_DRAIN:-5}
pid=

# Tests the configuration in the folder; when it is good it becomes the live one.
take() {
  sed "s|@POD@|$pod|g; s|@RUN@|$run|g" "$folder/nginx.conf" > "$live.next" || return 1
  version=$(sha256sum < "$folder/nginx.conf" | cut -c 1-16)
  if reasons=$($nginx -t -q -c "$live.next" 2>&1); then
    mv "$live.next" "$live"
    report "$version ok"
  else
    report "$version failed" "$reasons"
    return 1
  fi
}

report() {
  printf '%s\n' "$@" > "$folder/result.$pod" && mv "$folder/result.$pod" "$folder/result"
}

# Lets clients close their idle connections themselves before nginx does: no request meets a closing one.
announce() {
  date +%s.%N > "$run/ingress-closing.new" && mv "$run/ingress-closing.new" "$run/ingress-closing"
  sleep "$drain"
}

stop() {
  trap '' TERM INT
  rm -f "$run/ingress-ready"
  if [ -n "$pid" ]; then
    announce
    kill -QUIT "$pid" 2> /dev/null
    wait "$pid"
  fi
  exit 0
}
trap stop TERM INT

rm -f "$folder/control/$pod.sock" "$run/ingress-ready" "$run/ingress-closing"
until [ -s "$folder/nginx.conf" ] && take; do
  sleep 1 & wait $!
done
known=$version
$nginx -c "$live" -g 'daemon off;' &
pid=$!
while kill -0 "$pid" 2> /dev/null; do
  if [ ! -e "$run/ingress-ready" ] && [ -S "$folder/control/$pod.sock" ]; then
    : > "$run/ingress-ready"
  fi
  # Wakes on a change of the file; the time limit is for a missed one and for an nginx that ended.
  if [ -e "$run/ingress-ready" ]; then
    inotifywait -q -q -t 2 -e close_write,moved_to --include 'nginx\.conf$' "$folder" & wait $!
  else
    sleep 0.1 & wait $!
  fi
  version=$(sha256sum < "$folder/nginx.conf" | cut -c 1-16)
  if [ "$version" != "$known" ]; then
    known=$version
    if take; then
      announce
      kill -HUP "$pid"
    fi
  fi
done
wait "$pid"
exit $?
