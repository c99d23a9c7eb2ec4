// The ways of Connect-ES to a server: its Node transports, and those that a browser has, which know nothing but fetch.
import * as node from "@connectrpc/connect-node";
import * as web from "@connectrpc/connect-web";

// `ca` is PEM or undefined, `httpVersion` "1.1" or "2"; with `gzip` requests are compressed, however small.
function nodeOptions({ baseUrl, interceptors, ca, httpVersion, gzip }) {
  const compression = gzip ? { sendCompression: node.compressionGzip, compressMinBytes: 0 } : {};
  return { baseUrl, interceptors, httpVersion, nodeOptions: { ca }, ...compression };
}

const ways = {
  "connect": (options) => node.createConnectTransport(nodeOptions(options)),
  "connect-json": (options) => node.createConnectTransport({ ...nodeOptions(options), useBinaryFormat: false }),
  "connect-get": (options) => node.createConnectTransport({ ...nodeOptions(options), useHttpGet: true }),
  "grpc": (options) => node.createGrpcTransport(nodeOptions(options)),
  "grpc-web": (options) => node.createGrpcWebTransport(nodeOptions(options)),
  "fetch-connect": ({ baseUrl, interceptors }) => web.createConnectTransport({ baseUrl, interceptors, useHttpGet: true }),
  "fetch-grpc-web": ({ baseUrl, interceptors }) => web.createGrpcWebTransport({ baseUrl, interceptors }),
};

// `options` as for nodeOptions; fetch takes the first two and speaks HTTP/1.1.
export function createTransport(way, options) {
  return ways[way](options);
}
