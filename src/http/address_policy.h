// Which network addresses a tenant's URL may lead to.
#pragma once

#include <sys/socket.h>

namespace florin::http {

// True for addresses of the public internet; false for every special-purpose one (RFC 6890 and the IANA registries):
// this host, private and shared networks, link-local with the cloud's metadata service, multicast, and IPv6 forms that
// carry such an IPv4 address. False for any family but IPv4 and IPv6.
bool is_public_address(const sockaddr& address);

}  // namespace florin::http
