# ./dev conformance [-- args]: the RPC runtime against the official ConnectRPC conformance suite; args go to its runner.

dev_conformance() {
  local args=()
  if [[ ${1:-} == -- ]]; then shift; fi
  args=("$@")
  need_word setup
  need_word build
  need_word test
  if ((${#args[@]})); then dev_test conformance -- "${args[@]}"; else dev_test conformance; fi
}
