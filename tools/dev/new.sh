# ./dev new domain|connector|adr <name>: starts one from tools/templates; what it makes compiles and passes its test.

dev_new() {
  local kind=${1:-} name=${2:-}
  case $kind in
    domain | connector)
      [[ $name =~ ^[a-z][a-z0-9_]*$ ]] || die "new: a $kind is named in snake_case" "./dev new $kind my_name"
      "new_$kind" "$name"
      ;;
    adr)
      [[ -n $name ]] || die "new: an ADR needs a title" "./dev new adr 'One state column family'"
      new_adr "${*:2}"
      ;;
    *) die "new: what shall be new?" "./dev new domain|connector|adr <name>" ;;
  esac
}

# fill <template> <file> <name>: writes the file with @name@ and @Name@ replaced; never over an existing one.
fill() {
  [[ ! -e $2 ]] || die "new: $2 exists already"
  mkdir -p "$(dirname "$2")"
  local pascal
  pascal=$(sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<<"$3")
  sed "s/@name@/$3/g; s/@Name@/$pascal/g" "tools/templates/$1.in" >"$2"
  # The layout depends on how long the name is.
  if [[ $2 == *.h || $2 == *.cc ]] && command -v clang-format-19 >/dev/null; then clang-format-19 -i "$2"; fi
  say "  $2"
}

new_domain() {
  local name=$1 file
  grep -q "^$name = " tools/layers.toml && die "new: $name is declared in tools/layers.toml already"
  say "new domain $name:"
  for file in CMakeLists.txt register.h register.cc register_test.cc README.md; do
    fill "domain/$file" "src/$name/$file" "$name"
  done
  # Behind the last domain: it may then use those before it.
  sed -i "/^# 4 surface/i $name = { floor = 3, uses = [\"engine\", \"store\", \"proto\"] }\n" tools/layers.toml
  sed -i -e ":again" -e "N" -e "\$!b again" -e "s/\n\n$name = /\n$name = /" tools/layers.toml
  say "  tools/layers.toml: one line on floor 3; add there the domains that $name uses"
  say "then: contracts in proto/florin/$name/v1, its service in src/api/$name, its line in the wiring (src/app)"
}

new_connector() {
  local name=$1
  say "new connector $name:"
  fill connector/CMakeLists.txt "src/connectors/$name/CMakeLists.txt" "$name"
  fill connector/connector.h "src/connectors/$name/$name.h" "$name"
  fill connector/connector.cc "src/connectors/$name/$name.cc" "$name"
  fill connector/connector_test.cc "src/connectors/$name/${name}_test.cc" "$name"
  fill connector/README.md "src/connectors/$name/README.md" "$name"
  say "then: one line in src/connectors/all/all_connectors.cc (and its CMakeLists.txt)"
}

new_adr() {
  local title=$1 last number slug
  last=$(printf '%s\n' docs/adr/[0-9][0-9][0-9][0-9]-*.md | sed 's#.*/\([0-9]*\)-.*#\1#' | sort -n | tail -n 1)
  number=$(printf '%04d' $((10#$last + 1)))
  slug=$(tr '[:upper:]' '[:lower:]' <<<"$title" | sed -E 's/[^a-z0-9]+/-/g; s/^-+|-+$//g')
  sed "1s/.*/# $number: $title/" docs/adr/0000-template.md >"docs/adr/$number-$slug.md"
  say "docs/adr/$number-$slug.md"
}
