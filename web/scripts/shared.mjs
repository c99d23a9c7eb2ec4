// What host and remotes have once between them: the framework, its router and the query cache, and nothing big.
const once = (requiredVersion) => ({ singleton: true, requiredVersion });

export const shared = {
  vue: once("3.5.45"),
  "vue-router": once("5.5.1"),
  "@tanstack/vue-query": once("5.104.0"),
};
