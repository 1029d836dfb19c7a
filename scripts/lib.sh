# What run.sh and test.sh share; sourced, not run. Needs bash, Debian 12, and root or sudo to install.

# shellcheck shell=bash disable=SC2034  # those who source it use them

script=$0
script_arguments=("$@")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages=(
  clang-16 lld-16 cmake ninja-build ccache
  libboost1.81-dev libcli11-dev libfmt-dev libhttp-parser-dev librestinio-dev libspdlog-dev
  libsqlite3-dev libsqlitecpp-dev libssl-dev libyaml-cpp-dev prometheus-cpp-dev rapidjson-dev
)
run_packages=(curl jq)
demo_packages=(busybox-static)
test_packages=(
  libgtest-dev libgmock-dev libclang-rt-16-dev clang-format-16
  busybox-static curl docker-compose docker-registry httpie iproute2 iptables jq openssl procps strace systemd
)
sanitizer_packages=(llvm-16)
tidy_packages=(clang-tidy-16 clang-format-16)
# Without its recommendations docker.io cannot trust a registry nor unpack xz layers.
engine_packages=(docker.io ca-certificates iptables xz-utils)

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' red='' plain=''
fi

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }

fail() {
  printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
  exit 1
}

# Runs a command as root. A password is asked for only where somebody can type it.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo -- "$@"
  else
    sudo -n -- "$@"
  fi
}

# Fails when as_root cannot work; the arguments say what it is needed for.
need_root() {
  [ "$(id -u)" -eq 0 ] && return
  command -v sudo >/dev/null ||
    fail "$* needs root, and there is no sudo: run this script as root, or do that part by hand"
  [ -t 0 ] || sudo -n true 2>/dev/null ||
    fail "$* needs root, and sudo asks for a password that nobody can type here: run this script as root"
}

missing_packages() {
  local package status
  for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=''
    [ "$status" = installed ] || printf '%s\n' "$package"
  done
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Installs those of the packages that are missing; touches nothing, and no network, when none is.
install_packages() {
  local missing try
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    fail "apt-get is not here; install by hand what corresponds to Debian's ${missing[*]}"
  need_root "installing ${missing[*]}"
  say "installing ${missing[*]}"
  for try in 1 2 3; do
    if apt_get update && apt_get install --no-install-recommends -y "${missing[@]}"; then
      return 0
    fi
    [ "$try" -eq 3 ] || sleep $((try * 5))
  done
  fail "cannot install ${missing[*]}: apt-get said why above (is the network there? is this Debian 12?)"
}

# build PRESET [cmake --build arguments…]: configures and builds; cmake's own output only when it fails.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if ! (cd "$root" && cmake --preset "$preset") >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "cannot configure the build (preset $preset)"
  fi
  rm -f "$log"
  (cd "$root" && cmake --build --preset "$preset" "$@") || fail "cannot build (preset $preset)"
}

engine_url() { printf '%s' "${DOCKER_HOST:-unix:///var/run/docker.sock}"; }

# engine_curl METHOD PATH: one call of the Engine API.
engine_curl() {
  local url path certificates=()
  url=$(engine_url)
  case $url in
    unix:*)
      path=${url#unix:}
      while [ "${path#//}" != "$path" ]; do path=${path#/}; done
      curl -fsS --max-time 20 --unix-socket "$path" -X "$1" "http://engine$2"
      ;;
    tcp://*)
      if [ -n "${DOCKER_TLS_VERIFY:-}" ]; then
        path=${DOCKER_CERT_PATH:-$HOME/.docker}
        if [ -e "$path/cert.pem" ]; then certificates=(--cert "$path/cert.pem" --key "$path/key.pem"); fi
        curl -fsS --max-time 20 --cacert "$path/ca.pem" "${certificates[@]}" -X "$1" "https://${url#tcp://}$2"
      else
        curl -fsS --max-time 20 -X "$1" "http://${url#tcp://}$2"
      fi
      ;;
    *) curl -fsS --max-time 20 -X "$1" "$url$2" ;;
  esac
}

engine_answers() { engine_curl GET /_ping >/dev/null 2>&1; }

# dockerd and the docker command, from Debian unless there are some already (docker-ce, say).
install_engine() {
  if [ ! -x /usr/sbin/dockerd ] && [ -z "$(type -P dockerd)" ] || [ -z "$(type -P docker)" ]; then
    install_packages "${engine_packages[@]}"
  fi
}

# Makes sure that an engine answers: the one of DOCKER_HOST, else the machine's own, which is installed
# and started when need be. It stays up afterwards, as an installed engine does.
ensure_engine() {
  engine_answers && return
  [ -z "${DOCKER_HOST:-}" ] ||
    fail "no engine answers at DOCKER_HOST=$DOCKER_HOST: start it, or unset DOCKER_HOST to use this machine's"
  if [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ] &&
    { ! command -v sudo >/dev/null || as_root_engine_answers; }; then
    enter_docker_group
  fi
  install_engine
  need_root "starting the Docker engine"
  if [ -d /run/systemd/system ]; then
    say "starting the Docker engine (systemctl start docker)"
    as_root systemctl start docker
  # Not one that has ended, and that nobody has reaped.
  elif ! pgrep -x --runstates D,R,S,T dockerd >/dev/null 2>&1; then
    say "starting the Docker engine (its log: /var/log/dockerd.log)"
    as_root sh -c 'PATH=$PATH:/usr/sbin:/sbin setsid dockerd >>/var/log/dockerd.log 2>&1 </dev/null &'
  fi
  local deadline=$((SECONDS + 60))
  until as_root_engine_answers; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      as_root tail -n 15 /var/log/dockerd.log >&2 2>/dev/null || true
      fail "the Docker engine does not start (in a container it needs --privileged); its log ends as above"
    fi
    sleep 0.3
  done
  engine_answers || enter_docker_group
}

# The engine runs, and its socket is not for this user: starts the script anew in the socket's group.
enter_docker_group() {
  if [ -z "${GENISYS_IN_DOCKER_GROUP:-}" ] && sudo -g docker -- true 2>/dev/null; then
    say "using the engine through the group docker (to be in it for good: sudo usermod -aG docker $(id -un))"
    exec sudo -g docker -- env GENISYS_IN_DOCKER_GROUP=1 NO_COLOR="${NO_COLOR:-}" \
      bash "$script" "${script_arguments[@]}"
  fi
  fail "a Docker engine is here, but you may not use it: as root, usermod -aG docker $(id -un); then log in again"
}

as_root_engine_answers() {
  as_root curl -fsS --max-time 5 --unix-socket /var/run/docker.sock http://engine/_ping >/dev/null 2>&1
}
