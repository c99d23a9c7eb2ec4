// Reads what the sandbox PSP says: answers to requests, and the bodies of webhooks.
#pragma once

#include "connectors/connector.h"

namespace florin::connectors::sandbox {

// See Connector::read.
v1::PspReply read_answer(const Capabilities& capabilities, const v1::PspRequest& request, const PspHttpReply& answer);

// The body of a webhook whose signature was verified.
Result<v1::PspWebhook> read_event(const Capabilities& capabilities, std::string_view body);

}  // namespace florin::connectors::sandbox
