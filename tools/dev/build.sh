# ./dev build [preset] [target...]: configures once, then compiles into build/<preset>; programs are in build/<preset>/bin, the pages
# that they serve in build/<preset>/share/web.

dev_build() {
  local preset=${1:-release}
  shift || true
  need_word setup
  dev_setup build
  build_preset "$preset" "$@"
  if (($# == 0)); then build_pages "$preset"; fi
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

# build_pages <preset>: builds web/dist where its sources have changed, and lays it where the preset's program looks for it.
build_pages() {
  local sources stamp log=$root/.cache/build-web.log start
  sources=$(all_files web proto ':!web/e2e' ':!*.md' | xargs sha256sum | sha256sum | cut -c1-16)
  stamp=web/dist/.built-$sources
  if [[ ! -e $stamp ]]; then
    say "build: pages"
    mkdir -p .cache
    start=$(now_ms)
    if ! (cd web && npm run --silent build </dev/null) >"$log" 2>&1; then
      tail -n 30 "$log" >&2
      die "build: the pages could not be built (full output: $log)"
    fi
    touch "$stamp"
    say "build: pages done in $(seconds $(($(now_ms) - start)))"
  fi
  local share=build/$1/share
  if [[ -e $share/web/.built-$sources ]]; then return; fi
  # Beside its place first, so that a server that runs never finds half of it.
  rm -rf "$share/web.new"
  mkdir -p "$share"
  cp -r web/dist "$share/web.new"
  rm -rf "$share/web"
  mv "$share/web.new" "$share/web"
}
