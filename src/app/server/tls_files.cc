#include "app/server/tls_files.h"

#include <fmt/format.h>

#include "base/time.h"
#include "disk/posix_disk.h"

namespace florin::app {
namespace {

constexpr std::size_t pem_bytes_max = 1024 * 1024;

Result<std::string> read_pem(const std::string& path, std::string_view setting) {
  auto text = disk::read_file(disk::posix_disk(), path, pem_bytes_max);
  if (text.ok()) return text;
  return invalid_argument("config_value_invalid", fmt::format("{}: {}", setting, text.error().message()));
}

// The key goes last: where it is, the certificate is too.
Status make_certificate(const std::string& directory, const std::string& certificate_path,
                        const std::string& key_path) {
  auto& disk = disk::posix_disk();
  RETURN_IF_ERROR(disk.make_directory(directory));
  ASSIGN_OR_RETURN(const auto made, http::make_development_certificate(system_clock().now()));
  RETURN_IF_ERROR(disk::write_file_atomically(disk, certificate_path, made.certificate_pem));
  return disk::write_file_atomically(disk, key_path, made.key_pem);
}

}  // namespace

std::string development_certificate_path(const std::string& data_directory) {
  return disk::join(disk::join(data_directory, "tls"), "certificate.pem");
}

Result<http::TlsOptions> load_tls(const TlsSettings& settings, const std::string& data_directory) {
  std::string certificate_path = settings.certificate_file;
  std::string key_path = settings.key_file;
  if (certificate_path.empty()) {
    const std::string directory = disk::join(data_directory, "tls");
    certificate_path = development_certificate_path(data_directory);
    key_path = disk::join(directory, "key.pem");
    ASSIGN_OR_RETURN(const bool there, disk::posix_disk().exists(key_path));
    if (!there) RETURN_IF_ERROR(make_certificate(directory, certificate_path, key_path));
  }
  http::TlsOptions options;
  ASSIGN_OR_RETURN(options.certificate_pem, read_pem(certificate_path, "tls.certificate_file"));
  ASSIGN_OR_RETURN(options.key_pem, read_pem(key_path, "tls.key_file"));
  if (!settings.client_ca_file.empty()) {
    ASSIGN_OR_RETURN(options.client_ca_pem, read_pem(settings.client_ca_file, "tls.client_ca_file"));
  }
  return options;
}

}  // namespace florin::app
