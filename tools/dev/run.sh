# ./dev run [args]: the whole platform on ./data, built from this checkout. Further arguments go to `florin serve`.

dev_run() {
  need_word setup
  need_word build
  dev_setup build
  build_preset release florin
  build_pages release
  exec build/release/bin/florin serve --dev --data ./data "$@"
}
