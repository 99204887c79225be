import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

/** Who is connected to; an IPv6 address stands without brackets. */
export interface Peer {
  host: string;
  port: number;
}

/** How {@link shakeHands} verifies the peer and shows itself. */
export type TlsSettings = Pick<tls.ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'ALPNProtocols'>;

/** Reads `host[:port]`; undefined when it is something else. */
export function peerOf(address: string, defaultPort: number): Peer | undefined {
  const text = `tcp://${address}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.hostname === '' || url.href !== `tcp://${url.host}` ? undefined : peerOfUrl(url, defaultPort);
}

/** Tells who answers at a URL. */
export function peerOfUrl({ hostname, port }: URL, defaultPort: number): Peer {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) };
}

/**
 * Resolves a name as connections do.
 *
 * @returns a sentence with the addresses
 * @throws Error naming the resolver's code
 */
export async function resolveName({ host }: Peer): Promise<string> {
  if (net.isIP(host) !== 0) return `${host} is an address, there is no name to resolve`;
  try {
    const addresses = await lookup(host, { all: true });
    return `${host} is ${addresses.map(({ address }) => address).join(', ')}`;
  } catch (error) {
    throw new Error(`the name ${host} cannot be resolved (${codeOf(error)})`, { cause: error });
  }
}

/**
 * Makes a TCP connection, and closes it.
 *
 * @returns a sentence with the address that answered
 * @throws Error naming peer and code
 */
export async function connectTcp(peer: Peer, signal: AbortSignal): Promise<string> {
  const socket = net.connect(peer);
  try {
    await once(socket, 'connect', { signal });
    return `connected to ${nameOf({ host: socket.remoteAddress ?? peer.host, port: peer.port })}`;
  } catch (error) {
    throw new Error(`no connection to ${nameOf(peer)} (${codeOf(error)})`, { cause: error });
  } finally {
    socket.destroy();
  }
}

/**
 * Makes a TLS connection, verifies the certificate also where this process would not, and closes it.
 *
 * @returns a sentence with the protocol and the end of the certificate
 * @throws Error naming peer and code
 */
export async function shakeHands(peer: Peer, settings: TlsSettings, signal: AbortSignal): Promise<string> {
  const socket = tls.connect({ ...peer, ...settings, rejectUnauthorized: true });
  try {
    await once(socket, 'secureConnect', { signal });
    const { valid_to: end } = socket.getPeerCertificate();
    return `${socket.getProtocol()}, the certificate is trusted, until ${new Date(end).toISOString()}`;
  } catch (error) {
    throw new Error(`no trusted TLS connection to ${nameOf(peer)} (${codeOf(error)})`, { cause: error });
  } finally {
    socket.destroy();
  }
}

function nameOf({ host, port }: Peer): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
