#!/usr/bin/env python3
"""Writes docs/reference/api.md and docs/reference/errors.md: the API, from the comments and options of the contracts, and the reasons
that errors carry, from the code that gives them.

    tools/make_reference.py            write both
    tools/make_reference.py --check    exit 1 if they are not up to date
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUF = ROOT / "tools/node/node_modules/@bufbuild/buf-linux-x64/bin/buf"
# Packages whose services are the API; the rest are what stands in the journal, in rows and in the configuration.
PACKAGES = ("florin.payments.v1", "florin.checkout.v1", "florin.ledger.v1", "florin.tenants.v1", "florin.events.v1", "florin.operators.v1",
            "florin.webhooks.v1", "florin.system.v1", "florin.connectors.v1", "florin.common.v1")
SKIPPED_FILES = ("events.proto", "options.proto")
FIELD_RULES = "[florin.common.v1.field]"
METHOD_RULES = "[florin.common.v1.method]"

# Number of a declaration's kind in a source location's path (descriptor.proto).
MESSAGES, ENUMS, SERVICES, FIELDS, VALUES, METHODS = 4, 5, 6, 2, 2, 2


def load_files():
    image = subprocess.run([BUF, "build", "-o", "-#format=json"], cwd=ROOT, check=True, capture_output=True).stdout
    return [f for f in json.loads(image)["file"] if f["package"] in PACKAGES and wanted(f)]


def wanted(file):
    events_of_journal = file["name"].endswith(SKIPPED_FILES) and not file.get("service")
    return not events_of_journal


class Comments:
    """The comment above each declaration of one file."""

    def __init__(self, file):
        self.by_path = {
            tuple(location.get("path", [])): location["leadingComments"]
            for location in file["sourceCodeInfo"]["location"]
            if "leadingComments" in location
        }

    def text(self, *path):
        lines = self.by_path.get(path, "").strip().splitlines()
        return " ".join(line.strip() for line in lines)


def anchor(name):
    return name.lower().replace(".", "").replace(" ", "-")


def type_text(field):
    name = field.get("typeName", "").lstrip(".")
    if not name:
        return field["type"].removeprefix("TYPE_").lower()
    short = name.split(".")[-1]
    if not name.startswith("florin."):
        return short
    return f"[{short}](#{anchor(short)})"


def rules_text(rules):
    words = []
    if rules.get("required"):
        words.append("required")
    bounds = [("min", "at least {}"), ("max", "at most {}"), ("minLength", "at least {} bytes"), ("maxLength", "at most {} bytes"),
              ("minItems", "at least {} elements"), ("maxItems", "at most {} elements"), ("maxKeyLength", "keys of at most {} bytes"),
              ("maxValueLength", "values of at most {} bytes"), ("pattern", "matches `{}`"), ("idPrefix", "an id that starts with `{}`")]
    words += [text.format(rules[name]) for name, text in bounds if name in rules]
    if rules.get("currency"):
        words.append("an ISO 4217 code")
    if rules.get("url"):
        words.append("an http or https URL")
    if rules.get("secret"):
        words.append("left out of logs and the audit")
    return ", ".join(words)


def cell(text):
    return text.replace("|", "\\|")


def method_notes(rules, method):
    if rules.get("public"):
        notes = ["Open to everybody, without a key."]
    elif rules.get("shopper"):
        notes = ["For a shopper, who is known by the `secret` in the request; without a key."]
    elif rules.get("operatorOnly"):
        notes = ["For an operator who is signed in."]
    else:
        notes = [f"Permission `{rules['permission']}`." if "permission" in rules else "Open to nobody."]
    if rules.get("platformOnly"):
        notes.append("The platform's own key only.")
    if rules.get("idempotencyKey"):
        notes.append("Takes `Idempotency-Key`.")
    if method.get("options", {}).get("idempotencyLevel") == "NO_SIDE_EFFECTS":
        notes.append("May be called by GET.")
    return " ".join(notes)


def service_lines(file, index, service, comments):
    lines = [f"## {service['name']}", "", comments.text(SERVICES, index), ""]
    for i, method in enumerate(service.get("method", [])):
        rules = method.get("options", {}).get(METHOD_RULES, {})
        request, response = (method[key].split(".")[-1] for key in ("inputType", "outputType"))
        lines += [
            f"### {method['name']}", "",
            f"`POST /{file['package']}.{service['name']}/{method['name']}` "
            f"[{request}](#{anchor(request)}) → [{response}](#{anchor(response)})", "",
            comments.text(SERVICES, index, METHODS, i), "",
            method_notes(rules, method), "",
        ]
    return lines


def map_entry(message, field):
    short = field.get("typeName", "").split(".")[-1]
    for nested in message.get("nestedType", []):
        if nested["name"] == short and nested.get("options", {}).get("mapEntry"):
            key, value = nested["field"]
            return f"map of {type_text(key)} to {type_text(value)}"
    return None


def message_lines(path, message, comments):
    lines = [f"### {message['name']}", ""]
    if comments.text(*path):
        lines += [comments.text(*path), ""]
    if not message.get("field"):
        return lines + ["No fields.", ""]
    lines += ["| field | type | meaning | rules |", "|---|---|---|---|"]
    for i, field in enumerate(message["field"]):
        shown = map_entry(message, field)
        if not shown:
            shown = ("list of " if field["label"] == "LABEL_REPEATED" else "") + type_text(field)
        rules = rules_text(field.get("options", {}).get(FIELD_RULES, {}))
        lines.append(f"| `{field['jsonName']}` | {shown} | {cell(comments.text(*path, FIELDS, i))} | {cell(rules)} |")
    return lines + [""]


def enum_lines(index, enum, comments):
    lines = [f"### {enum['name']}", "", comments.text(ENUMS, index), "", "| value | number | meaning |", "|---|---|---|"]
    for i, value in enumerate(enum["value"]):
        lines.append(f"| `{value['name']}` | {value.get('number', 0)} | {cell(comments.text(ENUMS, index, VALUES, i))} |")
    return lines + [""]


def file_lines(file):
    comments = Comments(file)
    lines = []
    for i, service in enumerate(file.get("service", [])):
        lines += service_lines(file, i, service, comments)
    for i, message in enumerate(file.get("messageType", [])):
        lines += message_lines((MESSAGES, i), message, comments)
    for i, enum in enumerate(file.get("enumType", [])):
        lines += enum_lines(i, enum, comments)
    return lines


def api_text(files):
    files = sorted(files, key=lambda f: (PACKAGES.index(f["package"]), f["name"]))
    lines = ["# API reference", "",
             "Made from the comments of the contracts in `proto/` by `tools/make_reference.py`; change it there.", "",
             "Every method is called by `POST` with a JSON or protobuf body (Connect protocol); those that say so also by `GET`. "
             "64-bit integers are strings in JSON. Authenticate with `Authorization: Bearer <key>`. A write answers "
             "`florin-position`; a read that sends it back sees at least that write. Errors: [errors.md](errors.md).", ""]
    for file in files:
        lines += file_lines(file)
    return "\n".join(lines).rstrip() + "\n"


# A maker of errors with its stable reason and, where it is one literal, its sentence.
MAKERS = (r"invalid_argument|not_found|failed_precondition|already_exists|resource_exhausted|unavailable|internal_error|data_loss|"
          r"request_error|Error\(Code::(?P<code>\w+),\s*ErrorDomain::\w+,|Error\{Code::(?P<code2>\w+),\s*ErrorDomain::\w+,|"
          r"unauthenticated|permission_denied|refuse_start|\{Code::(?P<code3>\w+),\s*ErrorDomain::\w+,")
ERROR = re.compile(r"(?P<maker>" + MAKERS + r")\(?\s*\"(?P<reason>[a-z][a-z0-9_]+)\",\s*(?P<rest>(fmt::format\()?(\s*\"(?:[^\"\\]|\\.)*\")*)")


def sentence(rest):
    text = "".join(re.findall(r"\"((?:[^\"\\]|\\.)*)\"", rest)).replace('\\"', '"')
    return re.sub(r"\{[^}]*\}", "…", text)


def find_reasons():
    reasons = {}
    for path in sorted((ROOT / "src").rglob("*.cc")) + sorted((ROOT / "src").rglob("*.h")):
        room = path.relative_to(ROOT / "src").parts[0]
        if path.name.endswith("_test.cc") or "testing" in path.parts or room in ("sandbox_psp", "app"):
            continue
        for match in ERROR.finditer(path.read_text()):
            code = match["code"] or match["code2"] or match["code3"] or match["maker"].split("(")[0]
            code = {"internal_error": "internal", "refuse_start": "failed_precondition"}.get(code, code)
            known = reasons.setdefault(match["reason"], (code, ""))
            if not known[1]:
                reasons[match["reason"]] = (code, sentence(match["rest"]))
    return reasons


def errors_text():
    lines = ["# Errors", "",
             "Every error of a method carries a Connect code, a sentence for people, and one `florin.common.v1.ErrorDetail` whose `reason` is one of "
             "these words. Programs may rely on the words. Made from the code by `tools/make_reference.py`.", "",
             "| reason | code | what it says |", "|---|---|---|"]
    for reason, (code, text) in sorted(find_reasons().items()):
        lines.append(f"| <a id=\"{reason}\"></a>`{reason}` | {code} | {cell(text)} |")
    return "\n".join(lines) + "\n"


def main():
    check = "--check" in sys.argv[1:]
    stale = []
    for name, text in (("api.md", api_text(load_files())), ("errors.md", errors_text())):
        path = ROOT / "docs/reference" / name
        if check:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for name in stale:
        print(f"docs/reference/{name}: [reference] not up to date; run tools/make_reference.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
