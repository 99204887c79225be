import { readCodecServer } from '../../src/encryption/codec-server-settings';

const KEYS = { PROVISIONING_ENCRYPTION_KEYS: `a:${Buffer.alloc(32, 1).toString('base64')}` };
const TOKEN = { PROVISIONING_CODEC_TOKEN: '0123456789abcdef' };

function faultsOf(env: NodeJS.ProcessEnv): string[] {
  const faults: string[] = [];
  expect(readCodecServer(env, faults)).toBeUndefined();
  return faults;
}

describe('the settings of the codec server', () => {
  test('listen on loopback and let no page ask, unless told otherwise', () => {
    expect(readCodecServer({ ...KEYS, ...TOKEN }, [])).toMatchObject({
      encryption: { keys: [{ id: 'a' }] },
      address: { host: '127.0.0.1', port: 8888 },
      token: '0123456789abcdef',
      corsOrigins: [],
    });
  });

  test.each([
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['10.0.0.1:65535', '10.0.0.1', 65_535],
    ['[::1]:8888', '::1', 8_888],
  ])('take the address %s', (address, host, port) => {
    const env = { ...KEYS, ...TOKEN, PROVISIONING_CODEC_ADDRESS: address };
    expect(readCodecServer(env, [])).toMatchObject({ address: { host, port } });
  });

  test('take exact origins', () => {
    const env = {
      ...KEYS,
      ...TOKEN,
      PROVISIONING_CODEC_CORS_ORIGINS: 'http://localhost:8233, https://a.example\nhttps://b.example:8443',
    };
    expect(readCodecServer(env, [])?.corsOrigins).toEqual([
      'http://localhost:8233',
      'https://a.example',
      'https://b.example:8443',
    ]);
  });

  test('have all their faults told at once, and none tells a secret', () => {
    const needed = 'at least 16 printable ASCII characters without spaces, such as those of "openssl rand -hex 32"';
    expect(faultsOf({})).toEqual([
      'PROVISIONING_ENCRYPTION_KEYS must be set: a codec server needs the keys of the worker',
      `PROVISIONING_CODEC_TOKEN must be set, also on loopback: ${needed}`,
    ]);
    const origins = [
      '*',
      'https://*.example.com',
      'https://a.example/',
      'https://A.example',
      'http://a:80',
      'null',
      'ftp://a',
      'a.example',
    ];
    expect(
      faultsOf({
        PROVISIONING_ENCRYPTION_KEYS: 'secret',
        PROVISIONING_CODEC_TOKEN: 'fifteen-letters',
        PROVISIONING_CODEC_ADDRESS: '127.0.0.1:65536',
        PROVISIONING_CODEC_CORS_ORIGINS: origins.join(),
      }),
    ).toEqual([
      'PROVISIONING_ENCRYPTION_KEYS entry 1 must be <id>:<key>. Make one with "provisioning encryption-key"',
      'PROVISIONING_CODEC_ADDRESS must be an IP address and a port such as 127.0.0.1:8888, got "127.0.0.1:65536"',
      `PROVISIONING_CODEC_TOKEN must have ${needed}`,
      ...origins.map(
        (origin) =>
          `PROVISIONING_CODEC_CORS_ORIGINS must have exact origins of pages such as https://temporal.example.com, got "${origin}"`,
      ),
    ]);
    expect(faultsOf({ ...KEYS, PROVISIONING_CODEC_TOKEN: 'with a space in it' })).toEqual([
      `PROVISIONING_CODEC_TOKEN must have ${needed}`,
    ]);
    expect(faultsOf({ ...KEYS, ...TOKEN, PROVISIONING_CODEC_TOKEN_FILE: '/run/token' })).toEqual([
      'set only one of PROVISIONING_CODEC_TOKEN and PROVISIONING_CODEC_TOKEN_FILE',
    ]);
  });

  test.each(['8888', '127.0.0.1', 'localhost:8888', '127.0.0.1:x', '::1:8888', 'http://127.0.0.1:8888'])(
    'refuse the address %s',
    (address) => {
      expect(faultsOf({ ...KEYS, ...TOKEN, PROVISIONING_CODEC_ADDRESS: address })).toEqual([
        `PROVISIONING_CODEC_ADDRESS must be an IP address and a port such as 127.0.0.1:8888, got "${address}"`,
      ]);
    },
  );
});
