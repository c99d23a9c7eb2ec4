# ./dev format: lays out every C++ and .proto file in place.

cpp_files=('*.h' '*.cc')

dev_format() {
  need_word setup
  dev_setup check
  all_files "${cpp_files[@]}" | xargs -r -n 20 -P "$jobs" clang-format-19 -i
  if compgen -G 'proto/florin/*' >/dev/null; then buf format -w; fi
}
