# ./dev test [--preset P] [suite...] [-- args]: builds, then runs the unit tests and the suites, and adds up their cases.
#
# A suite is an executable test/<name>/run. It is run from the root of the checkout with
#   FLORIN_ROOT, FLORIN_BUILD (build/<preset>), FLORIN_BIN (its programs), FLORIN_OUT (an empty folder of its own)
# and the arguments after "--". Its last line is "N passed, N failed" or "N passed, N failed, N skipped", counting test cases;
# each skipped case prints a line "SKIP <case>: <why>". A line "# dev: on demand: <why>" in its first ten lines keeps it out of a plain
# ./dev test. Two suites are built in: unit (every *_test.cc) and tools (the checkers' own tests).

suite_limit_s=${FLORIN_SUITE_LIMIT_S:-1800}

dev_test() {
  local preset=release suites=() args=()
  while (($#)); do
    case $1 in
      --preset) preset=${2:?--preset needs a name}; shift 2 ;;
      --) shift; args=("$@"); break ;;
      -*) die "test: unknown option '$1'" "arguments for a suite stand after --" ;;
      *) suites+=("$1"); shift ;;
    esac
  done
  if ((${#args[@]} && ${#suites[@]} == 0)); then die "test: arguments need the suite that they are for" "./dev test <suite> -- ${args[*]}"; fi
  local suite
  for suite in "${suites[@]}"; do
    [[ $suite == unit || $suite == tools || -x test/$suite/run ]] ||
      die "test: there is no suite '$suite'" "suites: $(all_suites | tr '\n' ' ')"
  done

  need_word setup
  need_word build
  dev_setup build test
  # The checkers' tests need no program.
  if [[ ${suites[*]} != tools ]] && ! (build_for "$preset"); then
    say "The build failed, so nothing was tested."
    say "0 passed, 1 failed"
    exit 1
  fi
  run_suites "$preset"
}

# The pages' own checks need no program; the programs' need no pages, but what a browser opens needs both.
build_for() {
  if [[ ${suites[*]} != web ]]; then build_preset "$1"; fi
  build_pages "$1"
}

all_suites() {
  printf 'unit\ntools\n'
  local path
  for path in test/*/run; do [[ -x $path ]] && basename "$(dirname "$path")"; done
  return 0
}

# Why a suite stays out of a plain ./dev test; empty if it does not.
on_demand() { [[ ! -f test/$1/run ]] || sed -n '1,10s/^[^a-z]*dev: on demand: *//p' "test/$1/run"; }

# Runs $suites (all default ones if empty) with $args. Ends the program.
run_suites() {
  local preset=$1 suite why table=() skips=() total=(0 0 0)
  if ((${#suites[@]} == 0)); then
    while read -r suite; do
      why=$(on_demand "$suite")
      if [[ -n $why ]]; then say "test: $suite runs on demand only ($why): ./dev test $suite"; else suites+=("$suite"); fi
    done < <(all_suites)
  fi

  for suite in "${suites[@]}"; do
    local log=build/$preset/test-output/$suite.log start counts
    mkdir -p "build/$preset/test-output"
    start=$(now_ms)
    say "test: $suite"
    run_suite "$suite" "$preset" "$log"
    read -ra counts <<<"$suite_counts"
    total=($((total[0] + counts[0])) $((total[1] + counts[1])) $((total[2] + counts[2])))
    table+=("$(printf '%-14s %7d %7d %8d %10s' "$suite" "${counts[@]}" "$(seconds $(($(now_ms) - start)))")")
    mapfile -t -O "${#skips[@]}" skips < <(grep '^SKIP ' "$log" | sed "s/^SKIP /SKIPPED $suite: /")
  done

  printf '\n%-14s %7s %7s %8s %10s\n' suite passed failed skipped time
  printf '%s\n' "${table[@]}"
  printf '\n'
  if ((${#skips[@]})); then printf '%s\n' "${skips[@]}" ''; fi
  local line="${total[0]} passed, ${total[1]} failed"
  if ((total[2])); then line+=", ${total[2]} skipped"; fi
  say "$line"
  ((total[1] == 0 && total[0] > 0)) || exit 1
  exit 0
}

# Runs one suite, shows and keeps its output, and sets suite_counts to "passed failed skipped".
run_suite() {
  local suite=$1 preset=$2 log=$3 status=0 last
  local out=$root/build/$preset/test-output/$suite
  rm -rf "$out"
  mkdir -p "$out"
  local command=("test/$suite/run" "${args[@]}")
  if [[ $suite == unit ]]; then command=("$python" tools/dev/run_unit.py "build/$preset" "$out" "$jobs" "${args[@]}"); fi
  if [[ $suite == tools ]]; then command=("$python" tools/tests/run.py "${args[@]}"); fi
  # At the limit a suite's whole process group ends; on a terminal only the suite itself does, so that Ctrl-C reaches it.
  local limit=(timeout --kill-after=20 "$suite_limit_s")
  if [[ -t 1 ]]; then limit=(timeout --foreground --kill-after=20 "$suite_limit_s"); fi
  env FLORIN_ROOT="$root" FLORIN_BUILD="$root/build/$preset" FLORIN_BIN="$root/build/$preset/bin" FLORIN_OUT="$out" \
    "${limit[@]}" "${command[@]}" </dev/null 2>&1 | tee "$log" || status=$?

  last=$(grep -v '^[[:space:]]*$' "$log" | tail -n 1) || true
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    suite_counts="${BASH_REMATCH[1]} ${BASH_REMATCH[2]} ${BASH_REMATCH[4]:-0}"
    if ((status != 0 && BASH_REMATCH[2] == 0)); then
      warn "test: $suite counted no failure but ended with status $status: counted as one failed"
      suite_counts="${BASH_REMATCH[1]} 1 ${BASH_REMATCH[4]:-0}"
    elif [[ $suite_counts == "0 0 0" ]]; then
      warn "test: $suite found no case to run: counted as one failed"
      suite_counts="0 1 0"
    fi
  else
    warn "test: $suite ended with status $status$( ((status == 124)) && echo " (over its limit of $suite_limit_s s)") and without its line of counts: counted as one failed"
    suite_counts="0 1 0"
  fi
}
