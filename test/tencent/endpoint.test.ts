import { DEFAULT_ENDPOINT, validateEndpoint } from '../../src/tencent';

describe('validateEndpoint', () => {
  it.each([
    DEFAULT_ENDPOINT,
    'https://gateway.example:8443',
    'http://127.0.0.1:80',
    'http://localhost:1',
    'http://[::1]:9',
  ])('accepts %s', (endpoint) => expect(validateEndpoint(endpoint)).toEqual([]));

  it.each([
    ['organization.tencentcloudapi.com', 'must be a URL'],
    ['http://organization.tencentcloudapi.com', 'https://'],
    ['http://127.0.0.1.example.com', 'https://'],
    ['https://a.example/path', 'path'],
    ['https://a.example/?q=1', 'query'],
    ['https://me:secret@a.example', 'user name'],
  ])('refuses %s', (endpoint, fault) => {
    const faults = validateEndpoint(endpoint);
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults.join()).not.toContain('secret');
  });
});
