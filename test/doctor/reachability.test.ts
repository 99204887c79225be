import { peerOf } from '../../src/peer';
import { isLoopback } from '../../src/tencent';

test.each<[string, object | undefined]>([
  ['temporal.example:7000', { host: 'temporal.example', port: 7000 }],
  ['temporal.example', { host: 'temporal.example', port: 7233 }],
  ['127.0.0.1:7233', { host: '127.0.0.1', port: 7233 }],
  ['[::1]:7000', { host: '::1', port: 7000 }],
  ['http://temporal.example:7000', undefined],
  ['temporal.example:port', undefined],
  ['temporal.example:70000', undefined],
  ['temporal.example:7233/path', undefined],
  ['user@temporal.example:7233', undefined],
  ['', undefined],
])('the address %p is %j', (address, peer) => {
  expect(peerOf(address, 7233)).toEqual(peer);
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['127.example', false],
  ['10.0.0.1', false],
  ['temporal', false],
])('that %s is this machine is %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
