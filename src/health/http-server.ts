import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { messageOf } from '../sentences';
import { nameOfPeer, type Peer } from '../peer';

import { judgeLiveness, judgeReadiness, type Verdict, type Vitals } from './health';

/** Options of {@link startHttpServer}. */
export interface HttpServerOptions {
  address: Peer;
  /** What is known at this moment. */
  vitals: () => Vitals;
  /** Metrics in a text format of Prometheus. */
  metrics: () => Promise<{ contentType: string; text: string }>;
}

/** The HTTP server of a worker process. */
export interface HttpServer {
  /** Base URL. */
  url: string;
  close(): Promise<void>;
}

type Answer = { status: number; contentType: string; text: string };

/**
 * Serves `/livez`, `/readyz` and `/metrics`. The first two answer 200 or 503 with a {@link Verdict} as JSON; `/readyz`
 * adds the {@link Vitals}.
 *
 * @throws Error of the operating system when the address cannot be used
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((request, response) => {
    answer(request, options).then(
      (found) => send(response, found),
      (error: unknown) => send(response, json(500, { error: messageOf(error) })),
    );
  });
  const { host, port } = options.address;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${nameOfPeer({ host, port: (server.address() as AddressInfo).port })}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(request: IncomingMessage, { vitals, metrics }: HttpServerOptions): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(405, { error: 'only GET and HEAD' });
  const { pathname } = new URL(request.url ?? '/', 'http://worker');
  switch (pathname) {
    case '/livez':
      return verdict(judgeLiveness(vitals()));
    case '/readyz': {
      const { stage, workers, temporal } = vitals();
      const { lastAnswerAtMs } = temporal;
      const lastAnswerAt = lastAnswerAtMs === undefined ? undefined : new Date(lastAnswerAtMs).toISOString();
      return verdict(judgeReadiness(vitals(), Date.now()), { stage, workers, temporal: { lastAnswerAt } });
    }
    case '/metrics':
      return { status: 200, ...(await metrics()) };
    default:
      return json(404, { error: 'there are /livez, /readyz and /metrics' });
  }
}

function verdict(judged: Verdict, details?: object): Answer {
  return json(judged.ok ? 200 : 503, { ...judged, ...details });
}

function json(status: number, body: object): Answer {
  return { status, contentType: 'application/json', text: `${JSON.stringify(body)}\n` };
}

function send(response: ServerResponse, { status, contentType, text }: Answer): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
