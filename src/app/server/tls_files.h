// The certificates and keys that the settings name, or those made for development.
#pragma once

#include <string>

#include "app/server/settings.h"
#include "base/result.h"
#include "http/tls.h"

namespace florin::app {

// Reads the PEM files. Where the settings name no certificate, one is made for development and kept in
// <data>/tls/certificate.pem (which clients must be given as an authority) and key.pem; remove the folder after its
// year for another. Errors: config_value_invalid for a file that cannot be read, and those of http/tls.h.
Result<http::TlsOptions> load_tls(const TlsSettings& settings, const std::string& data_directory);

// "<data>/tls/certificate.pem"
std::string development_certificate_path(const std::string& data_directory);

}  // namespace florin::app
