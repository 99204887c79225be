import { isIPv4 } from 'node:net';

/** The host of international accounts. */
export const DEFAULT_ENDPOINT = 'https://organization.intl.tencentcloudapi.com';

/**
 * Lists the faults of an API endpoint, none when it is good.
 *
 * @param endpoint - `https://host[:port]`; `http` only for a loopback host, or when it is allowed
 */
export function validateEndpoint(endpoint: string, { allowHttp }: { allowHttp: boolean }): string[] {
  if (!URL.canParse(endpoint)) return ['endpoint must be a URL such as https://organization.intl.tencentcloudapi.com'];
  const url = new URL(endpoint);
  const faults: string[] = [];
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (allowHttp || isLoopback(url.hostname)))) {
    faults.push('endpoint must begin with https:// unless its host is a loopback address');
  }
  if (url.username || url.password) faults.push('endpoint must not contain a user name or password');
  if (url.pathname !== '/' && url.pathname !== '') faults.push('endpoint must not contain a path');
  if (url.search || url.hash) faults.push('endpoint must not contain a query or fragment');
  return faults;
}

/**
 * Returns where STS answers for the site of an organization endpoint: international or mainland; another host, such as
 * a gateway, answers for both.
 */
export function stsEndpointOf(endpoint: string): string {
  const { hostname, origin } = new URL(endpoint);
  if (hostname.endsWith('.intl.tencentcloudapi.com')) return 'https://sts.intl.tencentcloudapi.com';
  return hostname.endsWith('.tencentcloudapi.com') ? 'https://sts.tencentcloudapi.com' : origin;
}

/** Tells whether a host is this machine; an IPv6 address may stand in brackets. */
export function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || (isIPv4(host) && host.startsWith('127.'));
}
