# run.sh --demo: a service is registered, scaled, hurt and scaled down, on a state of its own. Sourced by
# run.sh after lib.sh, whose functions it uses.

# shellcheck shell=bash disable=SC2154  # lib.sh and run.sh define them

demo_image=genisys-demo:1

# Shows a call of the API as a user would type it, and its answer.
demo_call() {
  local path=$1 word line='$ curl'
  shift
  for word in "$demo_url$path" "$@"; do
    case $word in
      *[!a-zA-Z0-9:/._-]*) line+=" '$word'" ;;
      *) line+=" $word" ;;
    esac
  done
  printf '\n%s%s%s\n' "$bold" "$line" "$plain"
  demo_answer=$(api_curl "$demo_url" "$path" --fail-with-body "$@") || {
    printf '%s\n' "$demo_answer"
    fail "the connector did not accept that"
  }
  jq -c '{running_resources, desired, ready, converged} as $s
         | if $s.desired == null and $s.ready == null then . else $s end' <<<"$demo_answer"
}

demo_status() { api_curl "$demo_url" /service/demo/status -f; }

# demo_wait SECONDS FILTER: until the jq filter is true of the status.
demo_wait() {
  local deadline=$((SECONDS + $1))
  until demo_status | jq -e "$2" >/dev/null; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      demo_status | jq .
      fail "waited $1 s in vain for: $2"
    fi
    sleep 0.05
  done
}

demo_free_port() {
  local port
  for port in {7051..7099}; do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s' "$port" && return; }
  done
  fail "no free port between 7051 and 7099"
}

demo_cleanup() {
  local code=$?
  trap - EXIT
  if [ -n "${demo_pid:-}" ] && kill -0 "$demo_pid" 2>/dev/null; then
    if api_curl "$demo_url" /service/demo -f -o /dev/null -X DELETE 2>/dev/null; then
      local deadline=$((SECONDS + 20))
      while answers "$demo_url" /service/demo && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
    fi
    kill "$demo_pid" && wait "$demo_pid" || true
  fi
  if [ "$code" -ne 0 ] && [ -s "$demo_folder/log" ]; then
    printf '\nThe end of the connector'\''s log:\n' >&2
    tail -n 20 "$demo_folder/log" >&2
  fi
  [ "${demo_made_image:-no}" = no ] || "$root/scripts/test-image.sh" --remove "$demo_image" || true
  rm -rf "$demo_folder"
  exit "$code"
}

demo() {
  demo_folder=$(mktemp -d)
  trap demo_cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  if ! engine_curl GET "/images/$demo_image/json" >/dev/null 2>&1; then
    say "making a tiny image, $demo_image"
    "$root/scripts/test-image.sh" "$demo_image" >/dev/null
    demo_made_image=yes
  fi

  local port
  port=$(demo_free_port)
  demo_url=http://127.0.0.1:$port
  printf 'connector:\n  port: %s\n' "$port" >"$demo_folder/genisys-connector.yml"
  say "starting the connector at $demo_url, with a state file of its own"
  "$connector" --config "$demo_folder/genisys-connector.yml" >"$demo_folder/log" 2>&1 </dev/null &
  demo_pid=$!
  local deadline=$((SECONDS + 30))
  until answers "$demo_url" /readyz; do
    kill -0 "$demo_pid" 2>/dev/null || fail "the connector ended"
    [ "$SECONDS" -lt "$deadline" ] || fail "the connector is not ready after 30 s"
    sleep 0.05
  done

  local json='Content-Type: application/json'
  say "a service is a definition: here a small web server on a port that the engine picks"
  demo_call /service -H "$json" -d '{
    "name": "demo", "image": "'"$demo_image"'", "ports": ["8080"], "stop_grace_period": "0s",
    "command": ["sh", "-c", "echo hello from $(hostname) >/www/index.html && exec httpd -f -p 8080 -h /www"],
    "deploy": {"update_config": {"monitor": "1s"}}}'

  say "three of it, please: the answer comes when the wish is on disk, the status tells when it is true"
  demo_call /service/demo/scale -H "$json" -d '{"number": 3}'
  demo_call '/service/demo/status?wait=60s&for=converged'
  demo_wait 30 '.converged and .ready == 3'
  local address
  for address in $(jq -r '.slots[].ports[].host' < <(demo_status) | sed 's/^0\.0\.0\.0/127.0.0.1/' | grep -v '^\['); do
    printf '\n%s$ curl http://%s/%s\n' "$bold" "$address" "$plain"
    curl -sS --retry 10 --retry-connrefused --retry-delay 1 "http://$address/"
  done

  local victim started
  victim=$(demo_status | jq -r '.slots[0].container')
  say "killing a container behind the connector's back: ${victim:0:12}"
  started=$(date +%s%N)
  engine_curl POST "/containers/$victim/kill" >/dev/null
  demo_wait 30 ".converged and .ready == 3 and ([.slots[].container] | index(\"$victim\") | not)"
  say "healed after $((($(date +%s%N) - started) / 1000000)) ms"
  demo_call /service/demo/status

  local before reason='.conditions[] | select(.type == "Converged") | .reason'
  deadline=$((SECONDS + 30))
  until api_curl "$demo_url" /service/demo/revisions -f | jq -e '.stable' >/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || fail "the first revision does not become stable"
    sleep 0.1
  done
  before=$(demo_status | jq -c '[.slots[].container]')
  say "a broken update that is to roll back by itself: no old replica goes before its successor is proven"
  demo_call /service/demo -X PUT -H "$json" -d '{
    "image": "'"$demo_image"'", "command": ["sh", "-c", "echo no such table >&2; exit 3"],
    "deploy": {"update_config": {"failure_action": "rollback"}}}'
  demo_wait 30 "($reason) == \"RolledBack\" and .converged"
  [ "$(demo_status | jq -c '[.slots[].container]')" = "$before" ] || fail "an old replica was touched"
  say "rolled back, the three old containers were not touched; why?"
  printf '\n%s$ curl %s/service/demo/why | jq .message%s\n' "$bold" "$demo_url" "$plain"
  api_curl "$demo_url" /service/demo/why -f | jq .message
  say "what happened, with the last words of the dead"
  local events=/service/demo/events
  deadline=$((SECONDS + 20))
  until api_curl "$demo_url" "$events" -f | jq -e '.events[] | select(.end.log == ["no such table"])' >/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || fail "the journal does not have the failed container's last words"
    sleep 0.1
  done
  printf '\n%s$ curl %s%s | jq -c …%s\n' "$bold" "$demo_url" "$events" "$plain"
  api_curl "$demo_url" "$events" -f |
    jq -c '.events[] | select(.action == "died" or .kind == "decided" or .kind == "wanted")
           | {at, kind, action, message, log: .end.log} | del(..|nulls)'

  say "and none: they are stopped and removed"
  demo_call /service/demo/scale -H "$json" -d '{"number": 0}'
  demo_call '/service/demo/status?wait=60s&for=converged'
  demo_wait 30 '.converged and .running_resources == 0'
  say "that was it; scripts/run.sh without --demo keeps it running, docs/getting-started.md goes on from here"
}
