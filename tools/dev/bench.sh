# ./dev bench <name> [--json FILE] [args]: runs build/release/bin/bench_<name> or bench/<name>/run on a release build.

dev_bench() {
  local name=${1:-}
  if [[ -z $name ]]; then
    say "benchmarks:"
    bench_names | sed 's/^/  /'
    return
  fi
  shift
  need_word setup
  need_word build
  dev_setup build test bench
  build_preset release
  export FLORIN_ROOT=$root FLORIN_BUILD=$root/build/release FLORIN_BIN=$root/build/release/bin
  if [[ -x bench/$name/run ]]; then exec "bench/$name/run" "$@"; fi
  if [[ -x build/release/bin/bench_$name ]]; then exec "build/release/bin/bench_$name" "$@"; fi
  die "bench: there is no benchmark '$name'" "known: $(bench_names | tr '\n' ' ')"
}

bench_names() {
  {
    local path
    for path in bench/*/run; do [[ -x $path ]] && basename "$(dirname "$path")"; done
    for path in build/release/bin/bench_*; do [[ -x $path ]] && basename "$path" | sed 's/^bench_//'; done
  } | sort -u
}
