import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';

import { generate } from 'selfsigned';

/** A Temporal server behind TLS, as Temporal Cloud is: who calls must show a client certificate or an API key. */
export interface TemporalGateway {
  /** `host:port`. */
  address: string;
  /** Signs the certificate of the gateway. */
  caCert: string;
  /** What a client has to show, when the gateway wants a certificate. */
  client: { cert: string; key: string };
  /** The `authorization` headers of the calls so far. */
  authorizations(): readonly (string | undefined)[];
  close(): Promise<void>;
}

/** What the gateway wants to see. */
export type Wanted = 'certificate' | { apiKey: string };

const UNAUTHENTICATED = 16;

/** Starts a gateway on the loopback interface, in front of a server that speaks no TLS. */
export async function startTemporalGateway(target: string, wanted: Wanted): Promise<TemporalGateway> {
  const server = await generateFor('localhost');
  const client = await generateFor('client');
  const isCertificateWanted = wanted === 'certificate';
  const gateway = http2.createSecureServer({
    key: server.key,
    cert: server.cert,
    ...(isCertificateWanted && { ca: client.cert, requestCert: true, rejectUnauthorized: true }),
  });
  const upstream = http2.connect(`http://${target}`);
  const sessions = new Set<http2.ServerHttp2Session>();
  const authorizations: (string | undefined)[] = [];
  gateway.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
    session.once('close', () => sessions.delete(session));
  });
  gateway.on('stream', (stream, headers) => {
    authorizations.push(headers.authorization);
    if (!isCertificateWanted && headers.authorization !== `Bearer ${wanted.apiKey}`) {
      const refusal = { 'grpc-status': UNAUTHENTICATED, 'grpc-message': 'Request unauthorized.' };
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refusal }, { endStream: true });
      return;
    }
    forward(stream, headers, upstream);
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  return {
    address: `localhost:${(gateway.address() as AddressInfo).port}`,
    caCert: server.cert,
    client,
    authorizations: () => authorizations,
    async close() {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      gateway.close();
      await once(gateway, 'close');
    },
  };
}

function forward(
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  upstream: http2.ClientHttp2Session,
): void {
  const request = upstream.request({ ...headers, ':scheme': 'http' });
  let trailers: http2.IncomingHttpHeaders = {};
  request.on('response', (answer, flags) => {
    const endStream = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, { endStream, waitForTrailers: !endStream });
  });
  request.on('trailers', (received: http2.IncomingHttpHeaders) => {
    trailers = received;
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  // Either side may go away in the middle.
  for (const part of [request, stream]) part.on('error', () => undefined);
  stream.on('close', () => request.close(http2.constants.NGHTTP2_CANCEL));
  stream.pipe(request);
  request.pipe(stream);
}

async function generateFor(name: string): Promise<{ cert: string; key: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { cert, key };
}
