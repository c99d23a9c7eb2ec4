#include <gtest/gtest.h>

#include "config/load.h"
#include "florin/config/v1/config.pb.h"

namespace florin::config {
namespace {

Status load(std::string_view yaml, v1::Config& config) {
  return load_yaml(yaml, "florin.yaml", config);
}

TEST(LoadYaml, ReadsEveryKindOfValue) {
  v1::Config config;
  ASSERT_TRUE(
      load("server:\n  listen: 127.0.0.1:9000\n  threads: 2\n  cors_origins: [https://a.example, https://b.example]\n"
           "sandbox_psp: {enabled: true}\npsp_accounts:\n  - connector: sandbox\n    api_key: {env: KEY}\n",
           config)
          .ok());
  EXPECT_EQ(config.server().listen(), "127.0.0.1:9000");
  EXPECT_EQ(config.server().threads(), 2u);
  EXPECT_EQ(config.server().cors_origins_size(), 2);
  EXPECT_TRUE(config.sandbox_psp().enabled());
  EXPECT_EQ(config.psp_accounts(0).api_key().env(), "KEY");
}

TEST(LoadYaml, NamesTheUnknownKeyAndItsPlace) {
  v1::Config config;
  const auto result = load("server:\n  listen: x\n  thread: 2\n", config);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason(), "config_key_unknown");
  EXPECT_NE(result.error().message().find("florin.yaml:3:3"), std::string::npos) << result.error().message();
  EXPECT_NE(result.error().message().find("threads"), std::string::npos);
}

TEST(LoadYaml, RefusesValuesOfTheWrongKind) {
  for (const auto* yaml :
       {"server: {threads: many}", "server: {threads: -1}", "server: [1]", "sandbox_psp: {enabled: yes}",
        "server: {cors_origins: one}", "server: {listen: {a: b}}", "- 1"}) {
    v1::Config config;
    const auto result = load(yaml, config);
    ASSERT_FALSE(result.ok()) << yaml;
    EXPECT_EQ(result.error().reason(), "config_value_invalid") << yaml;
  }
}

TEST(LoadYaml, RefusesWhatIsNotYaml) {
  v1::Config config;
  const auto result = load("server: {listen: [}", config);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason(), "config_unreadable");
}

TEST(LoadYaml, AnEmptyFileChangesNothing) {
  v1::Config config;
  EXPECT_TRUE(load("", config).ok());
  EXPECT_TRUE(load("server:\n", config).ok());
}

TEST(LoadEnvironment, OverridesByName) {
  v1::Config config;
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "FLORIN_SERVER_LISTEN") return "0.0.0.0:1";
    return std::nullopt;
  };
  ASSERT_TRUE(load_environment(lookup, config).ok());
  EXPECT_EQ(config.server().listen(), "0.0.0.0:1");
}

TEST(LoadEnvironment, NamesTheVariableThatIsWrong) {
  v1::Config config;
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "FLORIN_SERVER_THREADS") return "two";
    return std::nullopt;
  };
  const auto result = load_environment(lookup, config);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message().find("FLORIN_SERVER_THREADS"), std::string::npos);
}

TEST(Explain, NamesEverySetting) {
  const std::string text = explain(*v1::Config::descriptor());
  for (const auto* word :
       {"listen:", "default: 127.0.0.1:8080", "range: 1 to 64", "unit: seconds", "webhook_secret:"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace florin::config
