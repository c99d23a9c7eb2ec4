// One test suite that every connector passes, with its recorded bytes:
//
//   INSTANTIATE_TEST_SUITE_P(Sandbox, Conformance, testing::Values(ConformanceCase{...}), conformance_name);
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "connectors/connector.h"
#include "connectors/testing/recording.h"

namespace florin::connectors {

struct ConformanceCase {
  std::string name;  // also the folder of its recordings
  std::function<std::unique_ptr<const Connector>()> make;
  // With secrets that stand nowhere else, so that a leak is found.
  Account account;
  // Signs a body as the provider does.
  std::function<WebhookRequest(std::string body, const Account& account, Timestamp now)> sign;
  // The amount in a request that moves money, as the provider will read it: "12.34", "1234".
  std::function<std::string(const PspHttpRequest& request)> amount_of;
};

// For messages of the tests: the name, and no secret.
void PrintTo(const ConformanceCase& value, std::ostream* out);

class Conformance : public testing::TestWithParam<ConformanceCase> {
 protected:
  Conformance();

  const Capabilities& capabilities() const { return connector_->capabilities(); }
  // A request of this operation that build accepts.
  v1::PspRequest sample(v1::PspOperation operation) const;
  // The recorded exchanges, webhooks left out; and the webhooks.
  std::vector<Recording> exchanges() const;
  std::vector<Recording> webhooks() const;
  void expect_no_secret(std::string_view text) const;

  std::unique_ptr<const Connector> connector_;
  Account account_;
};

// Names a test after its connector. Using it is also what brings the suite into the test program.
std::string conformance_name(const testing::TestParamInfo<ConformanceCase>& info);

}  // namespace florin::connectors
