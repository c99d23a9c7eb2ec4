# ./dev fuzz [--quick | --seconds N] [name...]: runs the fuzzers of fuzz/, one after the other, each for 10 minutes (--quick: 1).
#
# Each starts from its seeds (fuzz/<folder>/seeds/<name>/) and from what it found before (build/fuzz/corpus/<name>/). An input that
# crashes is kept in build/fuzz/crashes/<name>/ and makes the word fail.

dev_fuzz() {
  local seconds=600 wanted=() name known failed=() table=()
  while (($#)); do
    case $1 in
      --quick) seconds=60; shift ;;
      --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
      -*) die "fuzz: unknown option '$1'" ;;
      *) wanted+=("$1"); shift ;;
    esac
  done
  known=$(fuzzer_names | tr '\n' ' ')
  if ((${#wanted[@]} == 0)); then read -r -a wanted <<<"$known"; fi
  for name in "${wanted[@]}"; do
    [[ " $known" == *" $name "* ]] || die "fuzz: there is no fuzzer '$name'" "fuzzers: $known"
  done

  need_word setup
  need_word build
  dev_setup build
  build_preset fuzz "${wanted[@]/#/fuzz_}"
  for name in "${wanted[@]}"; do
    run_fuzzer "$name" "$seconds" || failed+=("$name")
  done
  printf '\n%-24s %14s %10s\n' fuzzer executions per_s
  printf '%s\n' "${table[@]}"
  if ((${#failed[@]})); then die "fuzz: failed: ${failed[*]}" "the inputs lie in build/fuzz/crashes/"; fi
}

fuzzer_names() {
  local path
  for path in fuzz/*/*_fuzz.cc; do basename "$path" _fuzz.cc; done
}

run_fuzzer() {
  local name=$1 seconds=$2 source seeds corpus=build/fuzz/corpus/$1 crashes=build/fuzz/crashes/$1 log=build/fuzz/$1.log status=0
  source=$(echo fuzz/*/"$name"_fuzz.cc)
  seeds=$(dirname "$source")/seeds/$name
  mkdir -p "$corpus" "$crashes"
  say "fuzz: $name for $seconds s"
  local folders=("$corpus")
  if [[ -d $seeds ]]; then folders+=("$seeds"); fi
  "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$crashes/" "${folders[@]}" >"$log" 2>&1 || status=$?
  local executions per_s
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  per_s=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
  table+=("$(printf '%-24s %14s %10s' "$name" "${executions:-?}" "${per_s:-?}")")
  if ((status)); then tail -n 30 "$log"; fi
  return "$status"
}
