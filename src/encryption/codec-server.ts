import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Payload } from '@temporalio/common';

import { VARIABLES } from '../config/variables';
import { nameOfPeer } from '../peer';

import { hasToken } from './codec-access';
import { readPayloads, writePayloads } from './codec-body';
import type { CodecServerSettings } from './codec-server-settings';
import { EncryptionCodec, UnreadablePayloadError } from './encryption-codec';
import { HttpError } from './http-error';

/** A codec server that listens. */
export interface CodecServer {
  /** Base URL, without a slash at its end. */
  url: string;
  /** Takes no more requests, and lets those that are being answered end, for 5 s at most. */
  close(): Promise<void>;
}

/** Options of {@link startCodecServer}. */
export interface CodecServerOptions {
  /** Takes one line for each request that was refused, without a payload and without the token. */
  onRefusal?: (line: string) => void;
}

interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

type Handler = (request: IncomingMessage) => Answer | Promise<Answer>;
interface Route {
  method: 'GET' | 'POST';
  isOpen?: boolean;
  handle: Handler;
}

const REQUEST_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;
const PREFLIGHT_SECONDS = 600;
const REALM = 'realm="provisioning codec server"';
/** A page that nobody may put into a frame, and that loads nothing. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Referrer-Policy': 'no-referrer',
};
const PAGE = `<!doctype html>
<html lang="en">
<title>Codec server</title>
<h1>You are signed in to the codec server</h1>
<p>This browser remembers it until it is closed. In the Temporal UI choose <em>Configure Codec Server</em>, at the top, and there your
browser setting, the URL of this page as the endpoint, and to include cross-origin credentials: it then shows what the payloads hold.</p>
</html>
`;

/**
 * Starts a server of Temporal's remote codec protocol, so that the Temporal UI and CLI can show encrypted payloads, and
 * encrypt what they send: `POST /encode` and `POST /decode`, both also below `/{namespace}`. `GET /health` tells that it
 * listens, without a token. `GET /` asks a browser for the token, as the password of any user name.
 *
 * @throws the listen error (for example `EADDRINUSE`) when the address cannot be had
 */
export async function startCodecServer(
  settings: CodecServerSettings,
  { onRefusal }: CodecServerOptions = {},
): Promise<CodecServer> {
  const { address, corsOrigins } = settings;
  const routes = routesOf(new EncryptionCodec(settings.encryption));
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const cors = corsHeaders(request, corsOrigins);
    const respond = (answer: Answer): void => send(request, response, cors, answer);
    answerTo(request, routes, settings)
      .then(respond)
      .catch((error: unknown) => {
        // A client that went away in the middle of its request needs no answer.
        if (response.destroyed) return;
        const refusal = refusalOf(error);
        onRefusal?.(`${describe(request)} was refused with ${refusal.status}: ${refusal.message}`);
        respond(toAnswer(refusal));
      });
  });
  server.listen(address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${nameOfPeer({ ...address, port })}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

function routesOf(codec: EncryptionCodec): ReadonlyMap<string, Route> {
  const convert = (action: (payloads: Payload[]) => Promise<Payload[]>): Route => ({
    method: 'POST',
    handle: async (request) => json(writePayloads(await action(await readPayloads(request)))),
  });
  return new Map<string, Route>([
    ['/', { method: 'GET', handle: () => ({ status: 200, headers: PAGE_HEADERS, body: PAGE }) }],
    ['/health', { method: 'GET', isOpen: true, handle: () => json({ status: 'serving' }) }],
    ['/encode', convert((payloads) => codec.encode(payloads))],
    ['/decode', convert((payloads) => codec.decode(payloads))],
  ]);
}

async function answerTo(
  request: IncomingMessage,
  routes: ReadonlyMap<string, Route>,
  { token, corsOrigins }: CodecServerSettings,
): Promise<Answer> {
  const { method = '', headers } = request;
  const route = routes.get(pathOf(request));
  if (!route) throw new HttpError(404, 'there are POST /encode, POST /decode and GET /health');
  const { origin } = headers;
  if (origin !== undefined && !corsOrigins.includes(origin)) {
    throw new HttpError(403, `the origin ${JSON.stringify(origin)} is not one of ${VARIABLES.codecCorsOrigins}`);
  }
  if (method === 'OPTIONS' && origin !== undefined) return preflight(route);
  const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  if (!methods.includes(method)) throw new HttpError(405, `use ${route.method}`, { Allow: methods.join(', ') });
  if (!route.isOpen && !hasToken(headers.authorization, token)) {
    const refusal = unauthorized(route);
    // A browser learns so that it must ask for the token, which is nothing to be told.
    if (route.method === 'GET' && headers.authorization === undefined) return toAnswer(refusal);
    throw refusal;
  }
  return route.handle(request);
}

/** A namespace before the name of an action is for endpoints that have one in their URL: the keys are the same. */
function pathOf({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(/^\/[^/]+(?=\/(?:encode|decode)$)/, '');
}

function unauthorized({ method }: Route): HttpError {
  // A browser that asks for it of its own accord would ask in the midst of the Temporal UI.
  const challenge = method === 'GET' ? `Basic ${REALM}, charset="UTF-8"` : `Bearer ${REALM}`;
  const message = `send ${VARIABLES.codecToken} as a bearer token, or open the page of this server once in the browser`;
  return new HttpError(401, message, { 'WWW-Authenticate': challenge });
}

function preflight({ method }: Route): Answer {
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': method,
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Namespace',
      'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
    },
  };
}

function corsHeaders({ headers: { origin } }: IncomingMessage, corsOrigins: readonly string[]): Record<string, string> {
  if (origin === undefined || !corsOrigins.includes(origin)) return {};
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
}

const JSON_HEADERS = { 'Content-Type': 'application/json' };

function json(value: object): Answer {
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

function toAnswer({ status, message, headers }: HttpError): Answer {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify({ message }) };
}

function refusalOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof UnreadablePayloadError) return new HttpError(400, error.message);
  // What it says may quote a payload.
  return new HttpError(500, `an unexpected ${error instanceof Error ? error.name : 'error'}`);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  cors: Readonly<Record<string, string>>,
  { status, headers, body }: Answer,
): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Origin',
    ...cors,
    ...headers,
    // The rest of a body that nobody wants is not read.
    ...(!request.complete && { Connection: 'close' }),
    ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
  });
  response.end(body);
}

function describe({ method, url, socket }: IncomingMessage): string {
  return `${method} ${JSON.stringify((url ?? '').slice(0, 100))} from ${socket.remoteAddress}`;
}
