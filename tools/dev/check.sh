# ./dev check [--all] [step...]: what a change must pass before it is offered. Every step runs even if one before it failed.
#
# format and tidy look at what changed since the branch left origin's main branch (only uncommitted work if there is no
# origin), or with --all at everything. A file that passed tidy or the header check is remembered by its content.

check_steps=(format layers sizes forbidden glossary contracts reference build headers tidy unit tools scenario)

dev_check() {
  local all= steps=() step
  while (($#)); do
    case $1 in
      --all) all=1 ;;
      -*) die "check: unknown option '$1'" ;;
      *) steps+=("$1") ;;
    esac
    shift
  done
  if ((${#steps[@]} == 0)); then steps=("${check_steps[@]}"); fi
  for step in "${steps[@]}"; do
    [[ " ${check_steps[*]} " == *" $step "* ]] || die "check: unknown step '$step'" "steps: ${check_steps[*]}"
  done

  need_word setup
  need_word build
  need_word test
  dev_setup build test check

  local begin start status failed=() table=()
  begin=$(now_ms)
  for step in "${steps[@]}"; do
    say "check: $step"
    start=$(now_ms) status=ok
    # In a subshell with its own -e: "if (...)" alone would switch it off inside.
    set +e
    (set -e; "check_$step")
    (($? == 0)) || { status=FAILED; failed+=("$step"); }
    set -e
    table+=("$(printf '%-12s %8s  %s' "$step" "$(seconds $(($(now_ms) - start)))" "$status")")
  done
  printf '\n'
  printf '%s\n' "${table[@]}"
  printf '%-12s %8s\n' total "$(seconds $(($(now_ms) - begin)))"
  if ((${#failed[@]})); then die "check failed: ${failed[*]}"; fi
}

# Files a step looks at: changed ones, or all.
files_to_check() { if [[ -n $all ]]; then all_files "$@"; else changed_files "$@"; fi; }

check_format() {
  local files wrong
  mapfile -t files < <(files_to_check '*.h' '*.cc')
  if ((${#files[@]} == 0)); then return 0; fi
  # One line per file: what is wrong with it, `./dev format` knows best.
  wrong=$(printf '%s\0' "${files[@]}" | xargs -0 clang-format-19 --dry-run 2>&1 |
    sed -n 's/:[0-9]*:[0-9]*: warning: .*/: [format] not laid out/p' | sort -u)
  if [[ -n $wrong ]]; then
    say "$wrong"
    say "./dev format lays them out"
    return 1
  fi
}

check_layers() { "$python" tools/check_layers.py; }
check_sizes() { "$python" tools/check_sizes.py; }
check_forbidden() { "$python" tools/check_forbidden.py; }
check_glossary() { "$python" tools/check_glossary.py; }

check_reference() { "$python" tools/make_reference.py --check; }

check_contracts() {
  compgen -G 'proto/florin/*' >/dev/null || { say "there are no contracts yet"; return 0; }
  local status=0 state
  for state in $(find proto -type d -name state); do
    grep -qF -e "- $state" buf.yaml || { say "buf.yaml: name $state under breaking.ignore: derived state promises nothing"; status=1; }
  done
  buf lint || status=1
  buf format -d --exit-code || { say "./dev format lays them out"; status=1; }
  check_breaking || status=1
  return "$status"
}

# Contracts may not break what was released. Before the first release, what stands on origin's main branch is what others build on.
check_breaking() {
  local base what
  if base=$(git describe --tags --match 'v*' --abbrev=0 2>/dev/null); then
    what="release $base"
  else
    base=$(change_base)
    what="commit ${base:0:12} (there is no release yet)"
  fi
  if [[ -z $(git ls-tree -r --name-only "$base" -- proto | grep '\.proto$') ]]; then
    say "breaking changes: nothing to compare with, $what has no contracts"
    return 0
  fi
  local old
  old=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$old'" EXIT
  git archive "$base" proto | tar -x -C "$old"
  cp buf.yaml "$old/"
  if buf breaking --against "$old"; then
    say "breaking changes: none against $what"
  elif [[ $what != release* && -n ${FLORIN_ALLOW_BREAKING:-} ]]; then
    say "breaking changes against $what, allowed because: $FLORIN_ALLOW_BREAKING"
  else
    say "breaking changes against $what: keep the field, reserve its number, add a new one"
    [[ $what == release* ]] || say "before the first release they may be meant: FLORIN_ALLOW_BREAKING='why' ./dev check contracts"
    return 1
  fi
}

check_build() { build_preset release; }
check_headers() { "$python" tools/check_headers.py build/release "$jobs"; }

check_tidy() {
  local files
  mapfile -t files < <(files_to_check '*.cc')
  if ((${#files[@]} == 0)); then say "tidy: nothing changed"; return 0; fi
  "$python" tools/check_tidy.py build/release "$jobs" "${files[@]}"
}

check_unit() { check_suite unit; }
check_tools() { check_suite tools; }
check_scenario() {
  if [[ ! -x test/scenario/run ]]; then say "there is no suite test/scenario yet"; return 0; fi
  check_suite scenario
}

# run_suites ends the (sub)shell with the suite's result.
check_suite() {
  local suites=("$1") args=()
  run_suites release
}
