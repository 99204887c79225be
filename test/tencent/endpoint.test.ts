import { DEFAULT_ENDPOINT, stsEndpointOf, validateEndpoint } from '../../src/tencent';

describe('validateEndpoint', () => {
  it.each([
    DEFAULT_ENDPOINT,
    'https://gateway.example:8443',
    'http://127.0.0.1:80',
    'http://localhost:1',
    'http://[::1]:9',
  ])('accepts %s', (endpoint) => expect(validateEndpoint(endpoint, { allowHttp: false })).toEqual([]));

  it.each([
    ['organization.tencentcloudapi.com', 'must be a URL'],
    ['http://organization.tencentcloudapi.com', 'https://'],
    ['http://127.0.0.1.example.com', 'https://'],
    ['https://a.example/path', 'path'],
    ['https://a.example/?q=1', 'query'],
    ['https://me:secret@a.example', 'user name'],
  ])('refuses %s', (endpoint, fault) => {
    const faults = validateEndpoint(endpoint, { allowHttp: false });
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults.join()).not.toContain('secret');
  });

  it('accepts http beyond loopback only when it is allowed', () => {
    expect(validateEndpoint('http://gateway.example', { allowHttp: true })).toEqual([]);
    expect(validateEndpoint('ftp://gateway.example', { allowHttp: true })).toHaveLength(1);
  });
});

describe('stsEndpointOf', () => {
  it.each([
    ['https://organization.intl.tencentcloudapi.com', 'https://sts.intl.tencentcloudapi.com'],
    ['https://organization.tencentcloudapi.com', 'https://sts.tencentcloudapi.com'],
    ['https://organization.ap-singapore.tencentcloudapi.com', 'https://sts.tencentcloudapi.com'],
    ['https://tencentcloudapi.com.example:8443', 'https://tencentcloudapi.com.example:8443'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('follows the site of %s', (endpoint, sts) => expect(stsEndpointOf(endpoint)).toBe(sts));
});
