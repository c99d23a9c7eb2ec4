# ./dev build [preset] [target...]: configures once, then compiles into build/<preset>; programs are in build/<preset>/bin.

dev_build() {
  local preset=${1:-release}
  shift || true
  need_word setup
  dev_setup build
  build_preset "$preset" "$@"
}

# build_preset <preset> [target...]: without setup.
build_preset() {
  local preset=$1
  shift
  grep -q "\"configurePreset\": \"$preset\"" CMakePresets.json ||
    die "build: unknown preset '$preset'" "presets are release, asan, tsan and fuzz (CMakePresets.json)"
  local dir=build/$preset
  # What setup has installed since, CMake has not seen.
  if [[ ! -e $dir/build.ninja || CMakePresets.json -nt $dir/build.ninja || .cache/installed -nt $dir/build.ninja ]]; then
    configure "$preset"
  fi
  say "build: $preset${*:+ ($*)}"
  # A terminal gets Ninja's one moving line, a log only what is wrong.
  local quiet=() start
  if [[ ! -t 1 ]]; then quiet=(--quiet); fi
  start=$(now_ms)
  cmake --build "$dir" --parallel "$jobs" -- "${quiet[@]}" "$@" || die "build: compilation failed"
  say "build: $preset done in $(seconds $(($(now_ms) - start)))"
}

configure() {
  local log=build/$1/configure.log
  mkdir -p "build/$1"
  if ! cmake --preset "$1" >"$log" 2>&1; then
    # A build folder made by another compiler or moved from elsewhere cannot be repaired, only made anew.
    rm -rf "build/$1/CMakeCache.txt" "build/$1/CMakeFiles"
    cmake --preset "$1" >"$log" 2>&1 || {
      tail -n 30 "$log" >&2
      die "build: CMake could not configure $1 (full output: $log)"
    }
  fi
}
