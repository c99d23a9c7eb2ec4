// What goes over the wire, told by Node itself and not by the client library: method and HTTP version of each request.
import { subscribe } from "node:diagnostics_channel";

export function recordRequests() {
  const requests = [];
  const record = (version, method, target) => requests.push({ version, method, path: target.split("?")[0] });
  subscribe("http.client.request.created", ({ request }) => record("1.1", request.method, request.path));
  subscribe("http2.client.stream.start", ({ headers }) => record("2", headers[":method"], headers[":path"]));
  // Node's fetch offers no other version.
  subscribe("undici:request:create", ({ request }) => record("1.1", request.method, request.path));
  return requests;
}
