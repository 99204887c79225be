import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { nameOfPeer, type Peer } from '../peer';
import { codeOf } from '../sentences';

/** How {@link shakeHands} verifies the peer and shows itself. */
export type TlsSettings = Pick<tls.ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'ALPNProtocols'>;

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
    return `connected to ${nameOfPeer({ host: socket.remoteAddress ?? peer.host, port: peer.port })}`;
  } catch (error) {
    throw new Error(`no connection to ${nameOfPeer(peer)} (${codeOf(error)})`, { cause: error });
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
    throw new Error(`no trusted TLS connection to ${nameOfPeer(peer)} (${codeOf(error)})`, { cause: error });
  } finally {
    socket.destroy();
  }
}
