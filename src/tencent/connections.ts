import { isIP } from 'node:net';
import type { Socket } from 'node:net';

import { Agent, buildConnector, EnvHttpProxyAgent, Pool } from 'undici';
import type { Dispatcher } from 'undici';

import type { Environment } from './environment';

/** How far a connection has come. */
export type ConnectStage =
  'resolving the name of' | 'connecting to' | 'connecting through the proxy to' | 'in the TLS handshake with';

/** A connection that could not be made. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';

  constructor(
    readonly stage: ConnectStage,
    /** `host:port` that was connected to. */
    readonly peer: string,
    readonly isProxy: boolean,
    override readonly cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** Keeps connections, and tells how they stand. */
export interface Connections {
  /** Sends over a kept connection where there is one. */
  kept: Dispatcher;
  /** Sends over a connection of its own, closed after the answer. */
  fresh(): Dispatcher;
  /** What a call that is not sent yet waits for. */
  stageOf(url: URL): string;
  /** Tells whether a broken socket was connected before the given instant of `performance.now()`. */
  isOlder(error: Error, sinceMs: number): boolean;
  close(): Promise<void>;
}

// Below the 60 s and more that gateways allow, so that we and not the peer close an idle connection.
const KEEP_ALIVE_MS = 30_000;
const PROXY_PROTOCOLS = new Set(['http:', 'https:', 'socks5:']);

/**
 * Makes connections that go through the proxies of the environment.
 *
 * @param env - HTTP_PROXY, HTTPS_PROXY and NO_PROXY in either case; the lower case wins
 * @param connectTimeoutMs - bound of one connection, TLS and a proxy's tunnel included
 * @throws Error naming every proxy variable that is not a URL
 */
export function createConnections(env: Environment, connectTimeoutMs: number): Connections {
  const observed: Observed = { attempts: new Set(), births: createBirths() };
  const { attempts, births } = observed;
  const kept = createDispatcher(env, 1, connectTimeoutMs, observed);
  let fresh: Dispatcher | undefined;
  return {
    kept,
    fresh: () => (fresh ??= createDispatcher(env, 0, connectTimeoutMs, observed)),
    stageOf(url) {
      const last = [...attempts].filter(({ peer }) => peer === peerOf(url)).at(-1);
      return `${last?.stage ?? 'waiting for a connection to'} ${url.host}`;
    },
    isOlder: (error, sinceMs) => births.isOlder(error, sinceMs),
    async close() {
      await Promise.all([kept.destroy(), fresh?.destroy()]);
      // Undici leaves them to their timeout.
      for (const { socket } of attempts) socket?.destroy();
    },
  };
}

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY in either case; the lower case wins. What is not set is an empty string,
 * since undefined would make undici read process.env.
 */
export function proxiesOf(env: Environment): { httpProxy: string; httpsProxy: string; noProxy: string } {
  return {
    httpProxy: env.http_proxy || env.HTTP_PROXY || '',
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || '',
    noProxy: env.no_proxy || env.NO_PROXY || '',
  };
}

/** Lists the proxy variables that are no URL, without their values, which may hold a password. */
export function proxyFaults(env: Environment): string[] {
  return ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].flatMap((name) => {
    const value = env[name];
    const isGood = !value || (URL.canParse(value) && PROXY_PROTOCOLS.has(new URL(value).protocol));
    return isGood ? [] : [`${name} must be a URL such as http://proxy.example:3128`];
  });
}

/** A connection that is being made. */
interface Attempt {
  /** `host:port`. */
  peer: string;
  stage: ConnectStage;
  /** Absent for one inside a proxy's tunnel, whose socket is the tunnel's. */
  socket?: Socket;
}

/** What is known of the sockets of all dispatchers. */
interface Observed {
  attempts: Set<Attempt>;
  births: Births;
}

function createDispatcher(
  env: Environment,
  pipelining: 0 | 1,
  connectTimeoutMs: number,
  observed: Observed,
): Dispatcher {
  const direct = observing(buildConnector({ timeout: connectTimeoutMs }), false, observed);
  const agent = {
    pipelining,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The deadline of each call stands for undici's own timeouts.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: direct,
  };
  const { httpProxy, httpsProxy, noProxy } = proxiesOf(env);
  if (!httpProxy && !httpsProxy) return new Agent(agent);
  const faults = proxyFaults(env);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return new EnvHttpProxyAgent({
    ...agent,
    // Of the proxy itself. A tunnel that it never opens must not outlive the calls that wait for it.
    clientFactory: (origin, options) =>
      new Pool(origin, {
        ...options,
        headersTimeout: connectTimeoutMs,
        connect: observing(connectorOf(options), true, observed),
      }),
    // Of the hosts behind it, and of those that need no proxy.
    factory(origin, options) {
      const connect = connectorOf(options);
      return new Pool(origin, connect === direct ? options : { ...options, connect: tunnelling(connect, observed) });
    },
    httpProxy,
    httpsProxy,
    noProxy,
  });
}

function connectorOf(options: object): buildConnector.connector {
  return (options as { connect: buildConnector.connector }).connect;
}

/** Makes a connector tell where it stands and where it failed. */
function observing(
  connect: buildConnector.connector,
  isProxy: boolean,
  { attempts, births }: Observed,
): buildConnector.connector {
  return (options, callback) => {
    const { hostname, protocol } = options;
    const isNamed = isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
    const attempt: Attempt = {
      peer: peerOf(options),
      stage: isNamed ? 'resolving the name of' : 'connecting to',
    };
    attempts.add(attempt);
    // Undici's types hide that its connector gives the socket back at once.
    const socket = connect(options, (...[error, connected]) => {
      attempts.delete(attempt);
      if (error) return callback(new ConnectError(attempt.stage, attempt.peer, isProxy, error), null);
      births.register(connected);
      callback(null, connected);
    }) as unknown as Socket;
    attempt.socket = socket;
    socket.once('lookup', (error: Error | null) => {
      if (!error) attempt.stage = 'connecting to';
    });
    if (protocol === 'https:') socket.once('connect', () => (attempt.stage = 'in the TLS handshake with'));
  };
}

/** Makes a connector through a proxy's tunnel tell the same. */
function tunnelling(connect: buildConnector.connector, { attempts, births }: Observed): buildConnector.connector {
  return (options, callback) => {
    const attempt: Attempt = { peer: peerOf(options), stage: 'connecting through the proxy to' };
    attempts.add(attempt);
    connect(options, (...[error, connected]) => {
      attempts.delete(attempt);
      if (error) {
        const isTold = error instanceof ConnectError;
        return callback(isTold ? error : new ConnectError(attempt.stage, attempt.peer, true, error), null);
      }
      births.register(connected);
      callback(null, connected);
    });
  };
}

function peerOf({ hostname, port, protocol }: { hostname: string; port: string; protocol: string }): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

/** When the sockets that are open were connected. */
interface Births {
  register(socket: Socket): void;
  isOlder(error: Error, sinceMs: number): boolean;
}

function createBirths(): Births {
  const byPort = new Map<number, number>();
  // An error of the operating system tells no port, but it is the very object that the socket emitted.
  const byError = new WeakMap<Error, number>();
  return {
    register(socket) {
      const { localPort } = socket;
      if (localPort === undefined) return;
      const bornMs = performance.now();
      byPort.set(localPort, bornMs);
      socket.once('error', (error) => byError.set(error, bornMs));
      // After undici has worded the close.
      socket.once('close', () => setImmediate(() => byPort.get(localPort) === bornMs && byPort.delete(localPort)));
    },
    isOlder(error, sinceMs) {
      const { socket } = error as { socket?: { localPort?: number } };
      const bornMs = byError.get(error) ?? byPort.get(socket?.localPort ?? 0);
      return bornMs !== undefined && bornMs < sinceMs;
    },
  };
}
