// The accounts at providers that this platform has, with their secrets. Filled from the configuration at start.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace florin::api {

class PspAccounts {
 public:
  void add(connectors::Account account) { accounts_.push_back(std::move(account)); }
  // Nothing for an account that is not configured.
  const connectors::Account* find(std::string_view connector, std::string_view account) const {
    const auto found = std::ranges::find_if(accounts_, [&](const connectors::Account& known) {
      return known.connector == connector && known.account == account;
    });
    return found == accounts_.end() ? nullptr : &*found;
  }
  const std::vector<connectors::Account>& all() const { return accounts_; }

 private:
  std::vector<connectors::Account> accounts_;
};

}  // namespace florin::api
