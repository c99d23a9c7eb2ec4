#include "rpc/plugin/writer.h"

#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <sstream>
#include <string>

#include "rpc/plugin/names.h"

namespace florin::rpc::plugin {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;
using google::protobuf::io::Printer;

using Names = std::map<std::string, std::string>;

bool is_unary(const MethodDescriptor& method) {
  return !method.client_streaming() && !method.server_streaming();
}

// The comment that stands before a service or method in the .proto, as // lines, and that it is deprecated. False where
// there is nothing to say.
template <class Descriptor>
bool write_comment(const Descriptor& descriptor, Printer& out) {
  SourceLocation location;
  const bool found = descriptor.GetSourceLocation(&location) && !location.leading_comments.empty();
  if (found) {
    std::istringstream lines(location.leading_comments);
    for (std::string line; std::getline(lines, line);) out.Print("//$line$\n", "line", line);
  }
  if (descriptor.options().deprecated()) out.Print("// Deprecated.\n");
  return found || descriptor.options().deprecated();
}

Names names_of(const ServiceDescriptor& service) {
  return {{"service", service.name()}, {"full_service", service.full_name()}};
}

Names names_of(const MethodDescriptor& method) {
  Names names = names_of(*method.service());
  names["method"] = snake_case(method.name());
  names["full_method"] = method.full_name();
  names["request"] = cpp_class(*method.input_type(), *method.file());
  names["response"] = cpp_class(*method.output_type(), *method.file());
  names["reply"] = method.server_streaming() ? "::florin::Status" : "::florin::Result<" + names["response"] + ">";
  return names;
}

// The parameters of a handler's method; `named` says whether to write their names.
std::string parameters(const MethodDescriptor& method, const Names& names, bool named) {
  const auto parameter = [&](const std::string& type, const char* name) { return named ? type + " " + name : type; };
  std::string out;
  if (method.client_streaming()) {
    out += parameter("::florin::rpc::Receiver<" + names.at("request") + ">&", "requests");
  } else {
    out += parameter("const " + names.at("request") + "&", "request");
  }
  if (method.server_streaming()) {
    out += ", " + parameter("::florin::rpc::Sender<" + names.at("response") + ">&", "responses");
  }
  return out + ", " + parameter("::florin::rpc::Context&", "context");
}

void write_methods_class(const ServiceDescriptor& service, Printer& out) {
  Names names = names_of(service);
  out.Print(names,
            "// Descriptions of the methods of $full_service$. They live for the whole program.\n"
            "struct $service$Methods {\n");
  for (int i = 0; i < service.method_count(); ++i) {
    out.Print(names_of(*service.method(i)), "  static const ::florin::rpc::MethodSpec& $method$();\n");
  }
  out.Print("};\n\n");
}

void write_handler_class(const ServiceDescriptor& service, Printer& out) {
  if (write_comment(service, out)) out.Print("//\n");
  out.Print(names_of(service),
            "// To be implemented by the server. A method that is not overridden answers `unimplemented`.\n"
            "class $service$Handler {\n"
            " public:\n"
            "  virtual ~$service$Handler() = default;\n");
  out.Indent();
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    Names names = names_of(method);
    names["parameters"] = parameters(method, names, true);
    out.Print("\n");
    write_comment(method, out);
    out.Print(names, "virtual ::florin::Task<$reply$> $method$($parameters$);\n");
  }
  out.Outdent();
  out.Print(names_of(service),
            "};\n\n"
            "// Adds every method of `handler` to `router`. The handler must outlive the router.\n"
            "void mount(::florin::rpc::Router& router, $service$Handler& handler);\n\n");
}

void write_client_class(const ServiceDescriptor& service, Printer& out) {
  out.Print(names_of(service),
            "// Calls $full_service$ and waits for the answer. As thread-safe as its channel, which must outlive it.\n"
            "class $service$Client {\n"
            " public:\n"
            "  explicit $service$Client(::florin::rpc::Channel& channel) : channel_(&channel) {}\n");
  out.Indent();
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    if (!is_unary(method)) continue;
    out.Print("\n");
    write_comment(method, out);
    out.Print(names_of(method),
              "$reply$ $method$(const $request$& request, const ::florin::rpc::CallOptions& options = {}) const;\n");
  }
  out.Outdent();
  out.Print(
      "\n"
      " private:\n"
      "  ::florin::rpc::Channel* channel_;\n"
      "};\n\n");
}

// What a method of the asynchronous client gives.
std::string async_reply(const MethodDescriptor& method, const Names& names) {
  const std::string stream = "::florin::rpc::ClientStream<" + names.at("request") + ", " + names.at("response") + ">";
  if (is_unary(method)) return "::florin::Task<::florin::Result<" + names.at("response") + ">>";
  return method.client_streaming() ? stream : "::florin::Task<::florin::Result<" + stream + ">>";
}

// Whether the caller gives its one message with the call.
std::string async_request(const MethodDescriptor& method, const Names& names) {
  return method.client_streaming() ? "" : "const " + names.at("request") + "& request, ";
}

void write_async_client_class(const ServiceDescriptor& service, Printer& out) {
  out.Print(names_of(service),
            "// Calls $full_service$ without waiting, on the executor of its client, which must outlive it.\n"
            "// Whoever uses it includes \"rpc/client/client.h\". Requests must live until the task has ended.\n"
            "class $service$AsyncClient {\n"
            " public:\n"
            "  explicit $service$AsyncClient(::florin::rpc::Client& client) : client_(&client) {}\n");
  out.Indent();
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    Names names = names_of(method);
    names["async_reply"] = async_reply(method, names);
    names["async_request"] = async_request(method, names);
    out.Print("\n");
    write_comment(method, out);
    out.Print(names, "$async_reply$ $method$($async_request$const ::florin::rpc::CallOptions& options = {}) const;\n");
  }
  out.Outdent();
  out.Print(
      "\n"
      " private:\n"
      "  ::florin::rpc::Client* client_;\n"
      "};\n\n");
}

void write_methods_bodies(const ServiceDescriptor& service, Printer& out) {
  for (int i = 0; i < service.method_count(); ++i) {
    out.Print(names_of(*service.method(i)),
              "const ::florin::rpc::MethodSpec& $service$Methods::$method$() {\n"
              "  static const ::florin::rpc::MethodSpec spec = ::florin::rpc::method_spec(\n"
              "      \"$full_method$\", $request$::default_instance(), $response$::default_instance());\n"
              "  return spec;\n"
              "}\n\n");
  }
}

const char* binder(const MethodDescriptor& method) {
  if (is_unary(method)) return "bind_unary";
  if (!method.client_streaming()) return "bind_server_stream";
  return method.server_streaming() ? "bind_bidi_stream" : "bind_client_stream";
}

void write_handler_bodies(const ServiceDescriptor& service, Printer& out) {
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    Names names = names_of(method);
    names["parameters"] = parameters(method, names, false);
    out.Print(names,
              "::florin::Task<$reply$> $service$Handler::$method$($parameters$) {\n"
              "  co_return ::florin::rpc::unimplemented($service$Methods::$method$());\n"
              "}\n\n");
  }
  out.Print(names_of(service), "void mount(::florin::rpc::Router& router, $service$Handler& handler) {\n");
  for (int i = 0; i < service.method_count(); ++i) {
    Names names = names_of(*service.method(i));
    names["bind"] = binder(*service.method(i));
    out.Print(names,
              "  router.add($service$Methods::$method$(), "
              "::florin::rpc::$bind$(handler, &$service$Handler::$method$));\n");
  }
  out.Print("}\n\n");
}

void write_client_bodies(const ServiceDescriptor& service, Printer& out) {
  for (int i = 0; i < service.method_count(); ++i) {
    if (!is_unary(*service.method(i))) continue;
    out.Print(names_of(*service.method(i)),
              "$reply$ $service$Client::$method$(const $request$& request, const ::florin::rpc::CallOptions& options) "
              "const {\n"
              "  return ::florin::rpc::call<$response$>(*channel_, $service$Methods::$method$(), request, options);\n"
              "}\n\n");
  }
}

void write_async_client_bodies(const ServiceDescriptor& service, Printer& out) {
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    Names names = names_of(method);
    names["async_reply"] = async_reply(method, names);
    names["async_request"] = async_request(method, names);
    names["call"] = is_unary(method)             ? "unary<" + names["response"] + ">"
                    : !method.client_streaming() ? "server_stream<" + names["request"] + ", " + names["response"] + ">"
                                                 : "stream<" + names["request"] + ", " + names["response"] + ">";
    names["argument"] = method.client_streaming() ? "" : "request, ";
    out.Print(names,
              "$async_reply$ $service$AsyncClient::$method$(\n"
              "    $async_request$const ::florin::rpc::CallOptions& options) const {\n"
              "  return client_->$call$($service$Methods::$method$(), $argument$options);\n"
              "}\n\n");
  }
}

void write_opening(const FileDescriptor& file, Printer& out) {
  out.Print("// Generated by protoc-gen-connect-cpp from $file$. Do not edit.\n", "file", file.name());
}

void open_namespace(const FileDescriptor& file, Printer& out) {
  const std::string space = cpp_namespace(file.package());
  if (!space.empty()) out.Print("namespace $space$ {\n\n", "space", space);
}

void close_namespace(const FileDescriptor& file, Printer& out) {
  const std::string space = cpp_namespace(file.package());
  if (!space.empty()) out.Print("}  // namespace $space$\n", "space", space);
}

}  // namespace

void write_header(const FileDescriptor& file, Printer& out) {
  write_opening(file, out);
  out.Print("#pragma once\n");
  if (file.service_count() == 0) return;
  out.Print(
      "\n"
      "#include \"$base$.pb.h\"\n"
      "#include \"rpc/service.h\"\n"
      "\n",
      "base", without_proto_suffix(file.name()));
  open_namespace(file, out);
  for (int i = 0; i < file.service_count(); ++i) {
    write_methods_class(*file.service(i), out);
    write_handler_class(*file.service(i), out);
    write_client_class(*file.service(i), out);
    write_async_client_class(*file.service(i), out);
  }
  close_namespace(file, out);
}

void write_source(const FileDescriptor& file, Printer& out) {
  write_opening(file, out);
  if (file.service_count() == 0) return;
  out.Print("#include \"$base$.connect.h\"\n\n#include \"rpc/client/client.h\"\n#include \"rpc/router.h\"\n\n", "base",
            without_proto_suffix(file.name()));
  open_namespace(file, out);
  for (int i = 0; i < file.service_count(); ++i) {
    write_methods_bodies(*file.service(i), out);
    write_handler_bodies(*file.service(i), out);
    write_client_bodies(*file.service(i), out);
    write_async_client_bodies(*file.service(i), out);
  }
  close_namespace(file, out);
}

}  // namespace florin::rpc::plugin
