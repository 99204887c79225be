import { proxyOf } from '../../src/doctor/proxy';

const HTTPS = new URL('https://organization.intl.tencentcloudapi.com');
const HTTP = new URL('http://api.example:8080');
const HTTPS_PROXY = 'http://user:password@proxy.example:3128';

describe('the proxy of a call', () => {
  test.each<[URL, Record<string, string>, string | undefined]>([
    [HTTPS, {}, undefined],
    [HTTPS, { HTTPS_PROXY }, 'proxy.example:3128'],
    [HTTPS, { https_proxy: 'http://lower:1', HTTPS_PROXY }, 'lower:1'],
    [HTTPS, { https_proxy: '', HTTPS_PROXY }, 'proxy.example:3128'],
    [HTTPS, { HTTP_PROXY: 'http://both:1' }, 'both:1'],
    [HTTP, { HTTP_PROXY: 'http://both:1' }, 'both:1'],
    [HTTP, { HTTPS_PROXY }, undefined],
    [HTTPS, { HTTPS_PROXY, NO_PROXY: '*' }, undefined],
    [HTTPS, { HTTPS_PROXY, NO_PROXY: 'other.example, .tencentcloudapi.com' }, undefined],
    [HTTPS, { HTTPS_PROXY, no_proxy: '*.tencentcloudapi.com' }, undefined],
    [HTTPS, { HTTPS_PROXY, NO_PROXY: 'ORGANIZATION.intl.tencentcloudapi.com:443' }, undefined],
    [HTTPS, { HTTPS_PROXY, NO_PROXY: 'tencentcloudapi.com:80,cloudapi.com' }, 'proxy.example:3128'],
    [new URL('http://127.0.0.1:8080'), { http_proxy: 'http://both:1', NO_PROXY: '127.0.0.1:8080' }, undefined],
  ])('%s with %j is %s', (url, env, proxy) => {
    expect(proxyOf(url, env)).toBe(proxy);
  });
});
