// Lint is a test. What matters most here: who may import whom (CONTRIBUTING's floors, for the pages).
import boundaries from "eslint-plugin-boundaries";
import vue from "eslint-plugin-vue";
import ts from "typescript-eslint";

// A feature uses `ui`, `api`, the shell and its own files; another feature only by its index.
const elements = [
  { type: "api", pattern: "packages/api/src", partialMatch: false },
  { type: "ui", pattern: "packages/ui/src", partialMatch: false },
  { type: "testkit", pattern: "packages/testkit/src", partialMatch: false },
  { type: "feature", pattern: "apps/console/src/features/*", capture: ["feature"], partialMatch: false },
  { type: "shell", pattern: "apps/console/src/app", partialMatch: false },
  { type: "ledger", pattern: "apps/ledger/src", partialMatch: false },
  { type: "checkout", pattern: "apps/checkout/src", partialMatch: false },
];

const onlyInUi = { name: "reka-ui", message: "Only packages/ui imports reka-ui: use or add a component there." };
const onlyInQueries = "Only queries.ts calls services: put the call there.";

export default ts.config(
  { ignores: ["**/dist/", "**/node_modules/", "packages/api/src/gen/"] },
  ...ts.configs.strict,
  ...vue.configs["flat/recommended"],
  {
    files: ["**/*.vue"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ["**/*.{ts,vue,js,mjs}"],
    plugins: { boundaries },
    settings: { "boundaries/elements": elements, "import/resolver": { node: { extensions: [".ts", ".vue", ".js"] } } },
    rules: {
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: [
            { from: { element: { type: "ui" } }, allow: { to: { element: { type: "api" } } } },
            { from: { element: { type: "testkit" } }, allow: { to: { element: { type: "api" } } } },
            { from: { element: { type: "ledger" } }, allow: { to: { element: { type: ["api", "ui", "testkit"] } } } },
            { from: { element: { type: "checkout" } }, allow: { to: { element: { type: "api" } } } },
            { from: { element: { type: "shell" } }, allow: { to: { element: { type: ["api", "ui", "testkit", "feature"] } } } },
            { from: { element: { type: "feature" } }, allow: { to: { element: { type: ["api", "ui", "testkit", "shell"] } } } },
            { from: { element: { type: "feature" } }, allow: { to: { element: { type: "feature", internalPath: "index.ts" } } } },
          ],
        },
      ],
      "no-restricted-imports": ["error", { paths: [onlyInUi] }],
      "no-console": ["error", { allow: ["warn", "error"] }],
      eqeqeq: "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      // Layout is nobody's taste but the file's; these would argue about line breaks.
      "vue/html-self-closing": "off",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/require-default-prop": "off",
      "vue/first-attribute-linebreak": "off",
      "vue/multi-word-component-names": "off",
    },
  },
  { files: ["packages/ui/**"], rules: { "no-restricted-imports": "off" } },
  {
    // Components take props; they call nothing. Sign-in stands before there is a cache to ask through.
    files: ["apps/*/src/**/components/*.vue"],
    ignores: ["apps/console/src/features/sessions/**"],
    rules: { "no-restricted-imports": ["error", { paths: [onlyInUi, { name: "@florin/api", importNames: ["createClient"], message: onlyInQueries }] }] },
  },
  {
    // A shopper's page is small: of the clients it takes types and money, by fetch it calls in one place.
    files: ["apps/checkout/src/**"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [onlyInUi, { name: "@florin/api", message: "It brings the whole Connect client: import @florin/api/money." }, { name: "@florin/ui", message: "It brings Reka: only its tokens.css." }],
          patterns: [{ group: ["@florin/api/gen/*", "@bufbuild/*", "@connectrpc/*"], allowTypeImports: true, message: "Types only: the checkout has no room for a runtime." }],
        },
      ],
    },
  },
  { files: ["apps/checkout/src/**"], ignores: ["**/shopper.ts", "**/*.test.ts"], rules: { "no-restricted-globals": ["error", { name: "fetch", message: "Only shopper.ts calls the server." }] } },
  { files: ["scripts/**", "e2e/**"], rules: { "no-console": "off", "no-undef": "off" } },
);
