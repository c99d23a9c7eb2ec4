// Budgets in gzip: the shell that every visit loads, and what each page adds to it. The build's own notes (web/.size) tell which
// file needs which, so a budget follows what is really loaded, however the build cuts its chunks.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const budgets = {
  console: {
    folder: "dist/console",
    // Vue, router, query cache, Connect, protobuf, Reka's parts, the federation's runtime, styles. Fonts aside.
    shell: { entry: "index.html", limit: "212 kB" },
    pages: {
      "features/overview/pages/OverviewPage.vue": "24 kB",
      "features/payments/pages/PaymentsPage.vue": "28 kB",
      "features/payments/pages/PaymentPage.vue": "24 kB",
      "features/checkout/pages/SessionsPage.vue": "27 kB",
      "features/checkout/pages/SessionPage.vue": "16 kB",
      "features/checkout/pages/LinksPage.vue": "27 kB",
      "features/checkout/pages/LinkPage.vue": "22 kB",
      "features/checkout/pages/NewLinkPage.vue": "18 kB",
      "features/keys/pages/KeysPage.vue": "28 kB",
      "features/webhooks/pages/WebhooksPage.vue": "25 kB",
      "features/webhooks/pages/WebhookPage.vue": "11 kB",
      "features/operators/pages/OperatorsPage.vue": "27 kB",
      "features/audit/pages/AuditPage.vue": "15 kB",
      "features/health/pages/HealthPage.vue": "23 kB",
      "features/sessions/pages/AccountPage.vue": "23 kB",
      "features/sessions/pages/WelcomePage.vue": "7 kB",
      "features/ledger/pages/LedgerRemote.vue": "5 kB",
    },
  },
};

// What a shopper's visit loads at most: the page, the largest of its languages, the code that draws QR codes. JavaScript and
// styles apart, for they have limits of their own.
const checkoutBudget = { folder: "dist/checkout", script: "46 kB", styles: "8 kB" };

const notes = (app) => {
  const path = join(".size", `${app}.json`);
  if (!existsSync(path)) throw new Error(`there is no ${path}: npm run build`);
  return JSON.parse(readFileSync(path, "utf8"));
};

// Every file that comes with one: itself, its style sheets, and what it imports before it runs.
function closure(manifest, key, found = new Set()) {
  const chunk = manifest[key];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const css of chunk.css ?? []) found.add(css);
  for (const next of chunk.imports ?? []) closure(manifest, next, found);
  return found;
}

function console_({ folder, shell, pages }) {
  const manifest = notes("console");
  const always = closure(manifest, shell.entry);
  // The shared modules and the federation's own start are asked for by name, not imported.
  for (const [key, chunk] of Object.entries(manifest)) if (/loadShare|hostInit|localSharedImportMap|remoteEntry/.test(key + chunk.file)) for (const file of closure(manifest, key)) always.add(file);
  const paths = (files) => [...files].filter((file) => /\.(js|css)$/.test(file)).map((file) => join(folder, file));
  const checks = [{ name: "console: shell", path: paths(always), limit: shell.limit, gzip: true }];
  for (const [page, limit] of Object.entries(pages)) {
    const own = [...closure(manifest, `src/${page}`)].filter((file) => !always.has(file));
    if (own.length === 0) throw new Error(`the build knows no page ${page}`);
    checks.push({ name: `console: ${page.split("/").pop().replace(".vue", "")}`, path: paths(own), limit, gzip: true });
  }
  return checks;
}

function checkout({ folder, script, styles }) {
  const manifest = notes("checkout");
  const page = [...closure(manifest, "index.html")];
  const size = (file) => statSync(join(folder, file)).size;
  const languages = Object.entries(manifest).filter(([key]) => /^src\/words\/..\.ts$/.test(key)).map(([, { file }]) => file);
  const largest = languages.sort((a, b) => size(b) - size(a))[0];
  const lazy = Object.entries(manifest).filter(([, chunk]) => chunk.isDynamicEntry && !languages.includes(chunk.file)).map(([, { file }]) => file);
  if (!largest || lazy.length === 0) throw new Error("the build of checkout knows no languages or no QR code");
  const paths = (files) => files.map((file) => join(folder, file));
  return [
    { name: "checkout: all that a visit runs", path: paths([...page.filter((file) => file.endsWith(".js")), largest, ...lazy]), limit: script, gzip: true },
    { name: "checkout: styles", path: paths(page.filter((file) => file.endsWith(".css"))), limit: styles, gzip: true },
  ];
}

const remote = "dist/console/remotes/ledger";
const ledger = [
  { name: "ledger: remote entry", path: `${remote}/remoteEntry.js`, limit: "8 kB", gzip: true },
  // Its own copies of what hosts do not share; what they share is not loaded again.
  { name: "ledger: what it adds to a host", path: readdirSync(join(remote, "assets")).filter((name) => /\.(js|css)$/.test(name) && !/prebuild|loadShare__vue__/.test(name)).map((name) => join(remote, "assets", name)), limit: "120 kB", gzip: true },
];

export default [...console_(budgets.console), ...ledger, ...checkout(checkoutBudget)];
