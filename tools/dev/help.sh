dev_help() {
  cat <<'TEXT'
usage: ./dev <word> [arguments]

  run [args]                build and start the whole platform on ./data; args go to `florin serve`
  test [suite...] [-- args] build, then unit tests and every suite, or only those named; args go to the suites
  check [--all] [step...]   what a change must pass: format, layers, sizes, lint, contracts, build, tests
  build [preset] [target]   compile: release (default), asan, tsan or fuzz; without targets the pages too
  format                    lay out C++ and .proto files
  bench <name> [args]       run a benchmark; --json FILE writes its figures
  fuzz [--quick] [name...]  run the fuzzers, 10 minutes each (--quick: 1); --seconds N
  conformance [-- args]     the RPC runtime against the official ConnectRPC suite; args go to its runner
  new domain|connector|adr <name>
                            start one from a skeleton that compiles
  setup [group...]          install what is missing: build, test, check (the default), bench
  help                      this list

Options of test: --preset asan|tsan   build and run under a sanitizer
Environment: FLORIN_JOBS (default: number of cores), CI (never asks anything)
TEXT
}
