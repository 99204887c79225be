import { Agent, EnvHttpProxyAgent, request } from 'undici';
import type { Dispatcher } from 'undici';

import type { Environment } from './credentials';
import { CLIENT_ERRORS, TencentCloudError } from './errors';

/** One POST. */
export interface HttpRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
  /** Ends the call early; the promise then rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
}

/** An answer of any status but 3xx, its body whole. */
export interface HttpAnswer {
  status: number;
  body: string;
}

/** Sends requests over connections that it keeps. */
export interface Transport {
  /** Rejects with a TencentCloudError of a `ClientError.…` code when no whole answer was had. */
  post(request: HttpRequest): Promise<HttpAnswer>;
  /** Drops every connection. */
  close(): Promise<void>;
}

/** Options of {@link createTransport}. */
export interface TransportOptions {
  /** Bound of one call, from connecting to the last byte, in ms. Default 10,000. */
  deadlineMs?: number;
  /** Longest body accepted. Default 1 MiB. */
  maxBodyBytes?: number;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read, in either case; the lower case wins. Default: no proxy. */
  env?: Environment;
}

// Below the 60 s and more that gateways allow, so that we and not the peer close an idle connection.
const KEEP_ALIVE_MS = 30_000;

/**
 * Makes a transport: kept connections, one deadline for a whole call, no redirects, a capped body, no retry.
 *
 * @throws Error when a proxy variable is not a URL
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const { deadlineMs = 10_000, maxBodyBytes = 1_048_576, env = {} } = options;
  const dispatcher = createDispatcher(env, deadlineMs);
  return {
    post: (httpRequest) => post(httpRequest, dispatcher, deadlineMs, maxBodyBytes),
    close: () => dispatcher.destroy(),
  };
}

function createDispatcher(env: Environment, deadlineMs: number): Dispatcher {
  // The deadline of each call stands for undici's own timeouts of headers (300 s) and body.
  const agent = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: deadlineMs },
  };
  const httpProxy = env.http_proxy || env.HTTP_PROXY || '';
  const httpsProxy = env.https_proxy || env.HTTPS_PROXY || '';
  if (!httpProxy && !httpsProxy) return new Agent(agent);
  for (const [name, value] of Object.entries({ HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy })) {
    // Not the parser's own error: it carries the value, which may hold a password.
    if (value && !URL.canParse(value)) throw new Error(`${name} must be a URL such as http://proxy.example:3128`);
  }
  // Empty strings and not undefined, which would make undici read process.env.
  return new EnvHttpProxyAgent({ ...agent, httpProxy, httpsProxy, noProxy: env.no_proxy || env.NO_PROXY || '' });
}

async function post(
  { url, headers, body, signal }: HttpRequest,
  dispatcher: Dispatcher,
  deadlineMs: number,
  maxBodyBytes: number,
): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const deadline = setTimeout(() => ending.abort(), deadlineMs);
  const cancel = (): void => ending.abort();
  signal?.addEventListener('abort', cancel, { once: true });
  let phase = 'waiting for the answer';
  let httpStatus: number | undefined;
  try {
    const sent = request(url, { method: 'POST', headers, body, dispatcher, signal: ending.signal });
    const answer = await unlessAborted(sent, ending.signal);
    httpStatus = answer.statusCode;
    phase = 'reading the body';
    if (httpStatus >= 300 && httpStatus < 400) {
      discard(answer.body);
      const message = `${url.host} answered with a redirect (HTTP ${httpStatus}), which is not followed`;
      throw new TencentCloudError(CLIENT_ERRORS.redirect, message, { httpStatus });
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) {
        discard(answer.body);
        const message = `The body that ${url.host} answered (HTTP ${httpStatus}) exceeds ${maxBodyBytes} bytes`;
        throw new TencentCloudError(CLIENT_ERRORS.bodyTooLarge, message, { httpStatus });
      }
      chunks.push(chunk);
    }
    return { status: httpStatus, body: Buffer.concat(chunks).toString('utf8') };
  } catch (cause) {
    if (cause instanceof TencentCloudError) throw cause;
    if (signal?.aborted) throw signal.reason;
    if (ending.signal.aborted || codeOf(cause) === 'UND_ERR_CONNECT_TIMEOUT') {
      const message = `${url.host} took longer than ${deadlineMs} ms; the call was cut while ${phase}`;
      throw new TencentCloudError(CLIENT_ERRORS.timeout, message, { cause, httpStatus });
    }
    const message = `The connection to ${url.host} failed while ${phase} (${codeOf(cause) ?? 'no error code'})`;
    throw new TencentCloudError(CLIENT_ERRORS.networkError, message, { cause, httpStatus });
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', cancel);
  }
}

/** Undici hears an abort only once a connection stands, so a silent connect would outlive the deadline. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function discard(body: Dispatcher.ResponseData['body']): void {
  // A body destroyed before its end emits an error that nobody waits for.
  body.on('error', () => undefined).destroy();
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
