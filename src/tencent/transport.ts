import { errors, type Dispatcher } from 'undici';

import type { CallDeadline } from './call-deadline';
import { ConnectError, createConnections, type Connections } from './connections';
import type { Environment } from './environment';
import { CLIENT_ERRORS, TencentCloudError } from './errors';

/** One request. */
export interface HttpRequest {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** Awaited before each sending, outside the deadline; what it gives is called after it. Default: sent at once. */
  turn?: ((signal: AbortSignal) => Promise<() => void>) | undefined;
  /** Changes something at the peer, so that it is never sent again without an answer. Default false. */
  isWrite?: boolean | undefined;
}

/** An answer of any status but 3xx, its body whole; header names in lower case. */
export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** Sends requests over connections that it keeps. */
export interface Transport {
  /**
   * Sends a request; once more, unless it writes, when a kept connection breaks before the answer.
   *
   * @throws TencentCloudError of a `ClientError.…` code when no whole answer was had; the deadline's reason
   */
  send(request: HttpRequest, deadline: CallDeadline): Promise<HttpAnswer>;
  /** Drops every connection. */
  close(): Promise<void>;
}

/** Options of {@link createTransport}. */
export interface TransportOptions {
  /** Longest body accepted. Default 1 MiB. */
  maxBodyBytes?: number;
  /** Bound of one connection in ms, for the deadline of a call cannot take one back. Default 10,000. */
  connectTimeoutMs?: number;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read, in either case; the lower case wins. Default: no proxy. */
  env?: Environment;
}

/**
 * Makes a transport: kept connections, no redirects, a capped body, every failure typed.
 *
 * @throws Error when a proxy variable is not a URL
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const { maxBodyBytes = 1_048_576, connectTimeoutMs = 10_000, env = {} } = options;
  const connections = createConnections(env, connectTimeoutMs);
  return {
    async send(request, deadline) {
      const sendOver = (dispatcher: Dispatcher): Promise<HttpAnswer | BrokenExchange> =>
        inTurn(request, deadline, () => {
          beganMs = performance.now();
          return exchange(request, dispatcher, connections, deadline, maxBodyBytes);
        });
      let beganMs = 0;
      let result = await sendOver(connections.kept);
      const isStale =
        'broken' in result && result.httpStatus === undefined && connections.isOlder(result.broken, beganMs);
      if (isStale && !request.isWrite) result = await sendOver(connections.fresh());
      if ('broken' in result) throw toClientError(result, request.url, deadline.phase());
      return result;
    },
    close: () => connections.close(),
  };
}

async function inTurn<T>({ turn }: HttpRequest, deadline: CallDeadline, act: () => Promise<T>): Promise<T> {
  const answered = turn && (await deadline.outside(() => turn(deadline.signal)));
  try {
    return await act();
  } finally {
    answered?.();
  }
}

/** An exchange that the network ended. */
interface BrokenExchange {
  broken: Error;
  /** Set when the head of an answer had come. */
  httpStatus?: number;
}

function exchange(
  { method, url, headers, body }: HttpRequest,
  dispatcher: Dispatcher,
  connections: Connections,
  deadline: CallDeadline,
  maxBodyBytes: number,
): Promise<HttpAnswer | BrokenExchange> {
  deadline.signal.throwIfAborted();
  deadline.phase = () => connections.stageOf(url);
  return new Promise<HttpAnswer | BrokenExchange>((resolve, reject) => {
    let running: Dispatcher.DispatchController | undefined;
    let head: Omit<HttpAnswer, 'body'> | undefined;
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (): void => deadline.signal.removeEventListener('abort', abort);
    const fail = (error: Error): void => {
      settle();
      reject(error);
      running?.abort(error);
    };
    const abort = (): void => fail(deadline.signal.reason as Error);
    deadline.signal.addEventListener('abort', abort, { once: true });
    dispatcher.dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method, headers, body: body ?? null },
      {
        onRequestStart(controller) {
          running = controller;
          // Undici cannot take back a request that waits for its connection.
          if (deadline.signal.aborted) controller.abort(deadline.signal.reason as Error);
          else deadline.phase = () => `waiting for the answer of ${url.host}`;
        },
        onResponseStart(_, status, answerHeaders) {
          if (status < 200) return;
          head = { status, headers: answerHeaders };
          if (status >= 300 && status < 400) {
            const message = `${url.host} answered with a redirect (HTTP ${status}), which is not followed`;
            return fail(new TencentCloudError(CLIENT_ERRORS.redirect, message, { httpStatus: status }));
          }
          deadline.phase = () => `reading the body from ${url.host}`;
        },
        onResponseData(_, chunk) {
          size += chunk.length;
          if (size <= maxBodyBytes) return void chunks.push(chunk);
          const httpStatus = head?.status;
          const message = `The body that ${url.host} answered (HTTP ${httpStatus}) exceeds ${maxBodyBytes} bytes`;
          fail(new TencentCloudError(CLIENT_ERRORS.bodyTooLarge, message, { httpStatus }));
        },
        onResponseEnd() {
          settle();
          if (head) resolve({ ...head, body: Buffer.concat(chunks).toString('utf8') });
        },
        onResponseError(_, error) {
          settle();
          resolve({ broken: error, ...(head && { httpStatus: head.status }) });
        },
      },
    );
  });
}

/** Types a failure of the network; the sentence names host and phase. */
function toClientError({ broken, httpStatus }: BrokenExchange, { host }: URL, phase: string): TencentCloudError {
  const failure = (code: string, what: string, cause: Error): TencentCloudError =>
    new TencentCloudError(code, `${what} (${codeOf(cause)})`, { cause, httpStatus });
  if (broken instanceof ConnectError) return toConnectFailure(broken, host, failure);
  const what = `The call to ${host} failed while ${phase}`;
  if (RESETS.has(codeOf(broken))) return failure(CLIENT_ERRORS.connectionReset, what, broken);
  if (broken instanceof errors.HTTPParserError) {
    return failure(CLIENT_ERRORS.malformedAnswer, `${host} does not speak HTTP`, broken);
  }
  return failure(CLIENT_ERRORS.networkError, what, broken);
}

function toConnectFailure(
  { stage, peer, isProxy, cause }: ConnectError,
  host: string,
  failure: (code: string, what: string, cause: Error) => TencentCloudError,
): TencentCloudError {
  const code = codeOf(cause);
  // The only trace of a proxy that refuses to connect through.
  const refusal = /^Proxy response \((\d+)\)/.exec(cause.message)?.[1];
  if (refusal) {
    return failure(CLIENT_ERRORS.proxyFailure, `The proxy refused to connect to ${host}: HTTP ${refusal}`, cause);
  }
  const isTunnel = stage === 'connecting through the proxy to';
  if (isTunnel && isTlsCode(code)) {
    return failure(CLIENT_ERRORS.tlsFailure, `No trusted TLS connection through the proxy to ${peer}`, cause);
  }
  const what = `The call to ${host} failed while ${stage} ${isProxy && !isTunnel ? 'the proxy ' : ''}${peer}`;
  return failure(isProxy ? CLIENT_ERRORS.proxyFailure : connectCode(stage, code), what, cause);
}

const RESETS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

function connectCode(stage: ConnectError['stage'], code: string): string {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return CLIENT_ERRORS.timeout;
  if (stage === 'resolving the name of') return CLIENT_ERRORS.dnsFailure;
  if (stage === 'in the TLS handshake with') return CLIENT_ERRORS.tlsFailure;
  return code === 'ECONNREFUSED' ? CLIENT_ERRORS.connectionRefused : CLIENT_ERRORS.networkError;
}

/** Tells whether the TLS layer refused; inside a tunnel nothing else tells it apart. */
function isTlsCode(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|UND_ERR_PRX_TLS)/.test(code);
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
