# ./dev setup [group...]: installs what tools/packages.txt, tools/node and web list and the machine lacks. Fast when nothing is
# missing: one look at dpkg's database, no network.

dev_setup() {
  local groups=("$@")
  if ((${#groups[@]} == 0)); then groups=(build test check); fi
  local group
  for group in "${groups[@]}"; do
    [[ $group == build || $group == test || $group == check || $group == bench ]] ||
      die "setup: unknown group '$group'" "groups are build, test, check and bench (tools/packages.txt)"
  done
  command -v dpkg-query >/dev/null || die "setup: this is not a Debian system" \
    "Florin is built on Debian 12; see tools/packages.txt for what it needs elsewhere"

  setup_packages "${groups[@]}"
  setup_node
  setup_web
}

# The lines of the wanted groups as "package version program why...", with "-" for an empty version or program.
wanted_packages() {
  awk -v groups=" $* " '
    /^[[:space:]]*(#|$)/ { next }
    {
      why = ""; version = "-"; program = "-"
      hash = index($0, "#")
      if (hash) { why = substr($0, hash + 2); $0 = substr($0, 1, hash - 1) }
      for (i = 3; i <= NF; ++i) {
        if ($i ~ /^>=/) version = substr($i, 3)
        else if ($i ~ /^cmd:/) program = substr($i, 5)
        else { print "bad-line " $0; next }
      }
      if (index(groups, " " $1 " ")) print $2, version, program, why
    }' tools/packages.txt
}

# Fills missing=(package...) and reasons=(why...) with what is wanted and not there; dies on a version older than we rely on.
find_missing() {
  missing=() reasons=()
  local -A installed=()
  local package version program why status
  while read -r package status version; do
    [[ $status == installed ]] && installed[$package]=$version
  done < <(dpkg-query -W -f='${Package} ${db:Status-Status} ${Version}\n' 2>/dev/null)
  while read -r package version program why; do
    [[ $package != bad-line ]] || die "tools/packages.txt: cannot read the line: $version $program $why"
    if [[ $program != - ]] && command -v "$program" >/dev/null; then continue; fi
    if [[ -z ${installed[$package]:-} ]]; then
      missing+=("$package") reasons+=("$why")
    elif [[ $version != - ]] && dpkg --compare-versions "${installed[$package]}" lt "$version"; then
      die "setup: $package ${installed[$package]} is older than the $version we rely on" \
        "Florin is built on Debian 12 (bookworm); is this another release?"
    fi
  done < <(wanted_packages "$@")
}

setup_packages() {
  local missing reasons i
  find_missing "$@"
  ((${#missing[@]})) || return 0
  say "setup: installing ${#missing[@]} Debian packages:"
  for i in "${!missing[@]}"; do printf '  %-22s %s\n' "${missing[i]}" "${reasons[i]}"; done
  install_packages "${missing[@]}"
  touch .cache/installed
  find_missing "$@"
  ((${#missing[@]} == 0)) || die "setup: apt-get reported success, yet these are missing: ${missing[*]}"
}

# Runs a command as root, by sudo if need be; 77 if that cannot be.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    sudo "$@"
  else
    return 77
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" \
    >>"$log" 2>&1 </dev/null
}

install_packages() {
  local log=$root/.cache/setup.log status=0
  mkdir -p .cache
  : >"$log"
  # Fresh machines have no package lists, old ones name files that are gone: either way one update and one more try.
  if ! compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null; then apt_get update || status=$?; fi
  if ((status == 0)); then apt_get install --no-install-recommends "$@" || status=$?; fi
  if ((status != 0 && status != 77)); then
    status=0
    apt_get update && apt_get install --no-install-recommends "$@" || status=$?
  fi
  ((status == 0)) || explain_apt_failure "$status" "$log" "$@"
}

explain_apt_failure() {
  local status=$1 log=$2
  shift 2
  if ((status == 77)); then
    die "setup: installing packages needs root, and sudo is missing or would ask for a password" \
      "run as root: apt-get install --no-install-recommends $*"
  fi
  tail -n 15 "$log" >&2
  if grep -q 'Could not get lock' "$log"; then
    die "setup: another program holds apt's lock (waited 5 minutes)" "wait for it to end, then run ./dev setup again"
  elif grep -qE 'Temporary failure resolving|Could not connect|Connection (failed|timed out)|Could not resolve' "$log"; then
    die "setup: the package mirror cannot be reached" "check the network and /etc/apt/sources.list*, then run ./dev setup again"
  elif grep -qE 'Unable to locate package|has no installation candidate' "$log"; then
    die "setup: the package sources lack one of the packages" "Florin is built on Debian 12 (bookworm) with main and its updates"
  fi
  die "setup: apt-get failed (full output: $log)"
}

# Node 24, Buf and Connect-ES, exactly as tools/node/package-lock.json says. All of it is files in npm packages: no install script runs.
setup_node() {
  local stamp
  stamp=$node_modules/.installed-$(sha256sum tools/node/package-lock.json | cut -c1-16)
  if [[ -e $stamp ]]; then return; fi
  say "setup: installing Node 24, Buf and Connect-ES from npm into tools/node/node_modules"
  mkdir -p .cache
  local log=$root/.cache/setup-npm.log
  # This Node may be on the PATH already, and npm must not run on the very program that it replaces.
  rm -rf "$node_modules"
  if ! (cd tools/node && npm ci --ignore-scripts --no-audit --no-fund </dev/null) >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "setup: npm could not install tools/node (full output: $log)" "check the network and npm's registry setting (npm config get registry)"
  fi
  hash -r
  [[ $(node --version 2>/dev/null) == v24.* ]] || die "setup: npm brought no Node 24 for this machine ($machine)" "see $log"
  buf --version >/dev/null || die "setup: npm brought no Buf for this machine ($machine)" "see $log"
  touch "$stamp"
}

# What the pages are built and tested with, exactly as web/package-lock.json says. Again no install script runs.
setup_web() {
  local stamp
  stamp=web/node_modules/.installed-$(sha256sum web/package-lock.json | cut -c1-16)
  if [[ -e $stamp ]]; then return; fi
  say "setup: installing what the pages need from npm into web/node_modules"
  local log=$root/.cache/setup-web.log
  mkdir -p .cache
  if ! (cd web && npm ci --ignore-scripts --no-audit --no-fund </dev/null) >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "setup: npm could not install web (full output: $log)" "check the network and npm's registry setting (npm config get registry)"
  fi
  touch "$stamp"
}
