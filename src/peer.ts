/** Who is connected to; an IPv6 address stands without brackets. */
export interface Peer {
  host: string;
  port: number;
}

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

/** Words a peer as `host:port`. */
export function nameOfPeer({ host, port }: Peer): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
