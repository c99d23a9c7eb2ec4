#include "api/common/submit.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <charconv>

#include "florin/common/v1/options.pb.h"

namespace florin::api {
namespace {

constexpr std::size_t idempotency_key_length_max = 255;
// How long a read waits for the position it asks for, where the call has no deadline.
constexpr Duration position_wait = Duration::seconds(5);

// Map fields in a fixed order, so that the same request always gives the same bytes.
std::string serialize(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  CHECK(message.SerializeToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// "florin.payments.v1.PaymentService/CreatePayment", without the leading slash.
std::string method_name(const rpc::Context& context) {
  return context.spec().procedure.substr(1);
}

Result<std::uint64_t> parse_position(std::string_view text) {
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
  if (error != std::errc() || end != text.data() + text.size()) {
    return invalid_argument("position_invalid", "Send florin-position as it came with an earlier answer.");
  }
  return sequence;
}

}  // namespace

engine::CommandContext public_command_context(rpc::Context& context, engine::Actor actor,
                                              const google::protobuf::Message& request) {
  engine::CommandContext command;
  command.actor = std::move(actor);
  command.trace = trace_of(context);
  command.name = method_name(context);
  command.deadline = context.deadline();
  command.size_bytes = request.ByteSizeLong();
  return command;
}

Result<engine::CommandContext> command_context(rpc::Context& context, TenantId tenant,
                                               const google::protobuf::Message& request) {
  return command_context(context, Issuer{tenant, caller_of(context).actor()}, request);
}

Result<engine::CommandContext> command_context(rpc::Context& context, Issuer issuer,
                                               const google::protobuf::Message& request) {
  engine::CommandContext command = public_command_context(context, std::move(issuer.actor), request);
  command.tenant = issuer.tenant;
  const auto key = context.request_headers().get(idempotency_header);
  const auto& rules = context.spec().descriptor->options().GetExtension(common::v1::method);
  if (key && rules.idempotency_key()) {
    if (key->empty() || key->size() > idempotency_key_length_max || !is_visible_ascii(*key)) {
      return invalid_argument("idempotency_key_invalid",
                              "Send an Idempotency-Key of 1 to 255 visible ASCII characters, a UUID for instance.");
    }
    std::string method = method_name(context);
    if (!issuer.key_scope.empty()) method += "/" + issuer.key_scope;
    command.idempotency = engine::IdempotencyKey{std::move(method), std::string(*key), serialize(request)};
  }
  return command;
}

Task<Result<engine::CommandReply>> submit(Platform& platform, rpc::Context& context, engine::CommandContext command,
                                          engine::Decide decide) {
  Completion<Result<engine::CommandReply>> done(context.executor());
  platform.partition.submit(
      {std::move(command), std::move(decide),
       [completer = done.completer()](Result<engine::CommandReply> reply) { completer(std::move(reply)); }});
  auto reply = co_await done;
  if (reply.ok()) {
    context.response_headers().add(std::string(position_header), fmt::format("{}", reply->sequence));
    if (reply->replayed) context.response_headers().add(std::string(replayed_header), "true");
  }
  co_return reply;
}

Task<Result<std::shared_ptr<const store::Snapshot>>> snapshot_for(Platform& platform, rpc::Context& context) {
  const auto token = context.request_headers().get(position_header);
  if (!token) co_return platform.partition.snapshot();
  const auto sequence = parse_position(*token);
  if (!sequence.ok()) co_return sequence.error();
  const Timestamp deadline =
      std::min(context.deadline().value_or(Timestamp{INT64_MAX}), platform.clock.now() + position_wait);
  Completion<Result<std::shared_ptr<const store::Snapshot>>> done(context.executor());
  platform.partition.snapshot_at(*sequence, deadline,
                                 [completer = done.completer()](auto snapshot) { completer(std::move(snapshot)); });
  co_return co_await done;
}

}  // namespace florin::api
