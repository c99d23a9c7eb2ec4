export interface Change {
  // "operations[1].status".
  path: string;
  before?: string;
  after?: string;
}

type Leaves = Map<string, string>;

function collect(value: unknown, path: string, into: Leaves): void {
  if (Array.isArray(value)) {
    value.forEach((item, at) => collect(item, `${path}[${at}]`, into));
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) collect(item, path ? `${path}.${key}` : key, into);
  } else {
    into.set(path, String(value));
  }
}

function leavesOf(json: string): Leaves {
  const leaves: Leaves = new Map();
  if (!json) return leaves;
  try {
    collect(JSON.parse(json), "", leaves);
  } catch {
    leaves.set("", json);
  }
  return leaves;
}

// The leaves in which two JSON texts differ, in the order of the later one; an empty text has none.
export function diffJson(before: string, after: string): Change[] {
  const old = leavesOf(before);
  const now = leavesOf(after);
  const paths = new Set([...now.keys(), ...old.keys()]);
  const changes: Change[] = [];
  for (const path of paths) {
    if (old.get(path) === now.get(path)) continue;
    const change: Change = { path };
    if (old.has(path)) change.before = old.get(path)!;
    if (now.has(path)) change.after = now.get(path)!;
    changes.push(change);
  }
  return changes;
}
