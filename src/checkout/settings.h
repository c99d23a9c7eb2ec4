// What the checkout domain must be told about its surroundings. Fixed for the life of the program.
#pragma once

#include <string>

#include "payments/settings.h"

namespace florin::checkout {

struct Settings {
  // Holds `public_base_url`, below which the hosted page is. Must outlive this.
  const payments::Settings& payments;
  // The card form's address, "https://vault.example/card-form/v1/"; empty where there is no vault.
  std::string card_form_url;
};

}  // namespace florin::checkout
