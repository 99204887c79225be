import { proxiesOf, type Environment } from '../tencent';

/**
 * Finds the proxy that calls go through, by the same rules as the connections of those calls.
 *
 * @param env - HTTP_PROXY, HTTPS_PROXY and NO_PROXY in either case; the lower case wins
 * @returns its `host[:port]`, without user and password; undefined when calls go directly
 */
export function proxyOf({ protocol, host, port }: URL, env: Environment): string | undefined {
  const { httpProxy, httpsProxy, noProxy } = proxiesOf(env);
  const proxy = (protocol === 'https:' && httpsProxy) || httpProxy;
  if (!proxy) return undefined;
  if (noProxy === '*') return undefined;
  const hostname = host.replace(/:\d*$/, '');
  const excluded = noProxy.split(/[,\s]/).filter((entry) => entry !== '');
  const isExcluded = excluded.some((entry) => {
    const [, name = entry, onlyPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
    if (onlyPort !== undefined && onlyPort !== (port || (protocol === 'https:' ? '443' : '80'))) return false;
    const domain = name.replace(/^\*?\./, '').toLowerCase();
    return hostname === domain || hostname.endsWith(`.${domain}`);
  });
  return isExcluded ? undefined : new URL(proxy).host;
}
