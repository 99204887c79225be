import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { parseEncryptionKeys } from '../../src/encryption';
import { launch, type RunningProcess } from '../support/processes';
import { root } from '../support/project';

const BIN = path.join(root, 'bin', 'provisioning.js');
const KEY = Buffer.alloc(32, 1).toString('base64');
const TOKEN = 'token-of-the-codec-server';
const SET = {
  PROVISIONING_ENCRYPTION_KEYS: `a:${KEY}`,
  PROVISIONING_CODEC_TOKEN: TOKEN,
  PROVISIONING_CODEC_ADDRESS: '127.0.0.1:0',
};

function start(env: Record<string, string>, ...args: string[]): RunningProcess {
  return launch(BIN, args, { PATH: process.env.PATH ?? '', ...env });
}

describe('codec-server', () => {
  test('tells where it listens and how to use it, refuses in its log, and stops on SIGINT', async () => {
    const server = start(SET, 'codec-server');
    await server.until('Temporal UI for that\n');
    const [, url = ''] = /listens at (\S+)\. /.exec(server.output()) ?? [];
    expect(server.output()).toBe(
      `The codec server listens at ${url}. Let the Temporal CLI read through it with:
  export TEMPORAL_CODEC_ENDPOINT=${url} TEMPORAL_CODEC_AUTH="Bearer $PROVISIONING_CODEC_TOKEN"
No page may use it: set PROVISIONING_CODEC_CORS_ORIGINS to the origin of the Temporal UI for that
`,
    );
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/decode?\u001b`, { method: 'POST' })).status).toBe(401);
    await server.until('was refused with 401: send PROVISIONING_CODEC_TOKEN');
    await expect(server.stop('SIGINT')).resolves.toEqual({ code: 0, signal: null });
    for (const secret of [KEY, TOKEN]) expect(server.output()).not.toContain(secret);
  });

  test('warns where other machines reach it in clear text; reads the configuration file; stops on SIGTERM', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'codec-server-'));
    const file = path.join(folder, 'codec.env');
    const { PROVISIONING_ENCRYPTION_KEYS, ...rest } = SET;
    writeFileSync(path.join(folder, 'keys'), PROVISIONING_ENCRYPTION_KEYS);
    writeFileSync(
      file,
      [
        `PROVISIONING_ENCRYPTION_KEYS_FILE=${path.join(folder, 'keys')}`,
        'PROVISIONING_CODEC_CORS_ORIGINS=http://127.0.0.1:8233',
      ].join('\n'),
    );
    try {
      const env = { ...rest, PROVISIONING_CODEC_ADDRESS: '0.0.0.0:0', PROVISIONING_CONFIG_FILE: file };
      const server = start(env, 'codec-server');
      await server.until('as its password\n');
      expect(server.output()).toMatch(
        /^Warning: http:\/\/0\.0\.0\.0:\d+ is reached from other machines without TLS, and what it answers is in clear text\. Let a proxy with TLS stand before it\n/,
      );
      expect(server.output()).toContain('Pages of http://127.0.0.1:8233 may use it once the browser has opened ');
      await expect(server.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('names every fault at once, those of the configuration file too', async () => {
    const env = { PROVISIONING_CONFIG_FILE: 'codec.env', PROVISIONING_CODEC_TOKEN: 'short' };
    const { code, stdout } = await start(env, 'codec-server', '--json').ended;
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'Configuration',
        faults: [
          'PROVISIONING_CONFIG_FILE must be an absolute path, got "codec.env"',
          'PROVISIONING_ENCRYPTION_KEYS must be set: a codec server needs the keys of the worker',
          expect.stringMatching(/^PROVISIONING_CODEC_TOKEN must have at least 16 /) as string,
        ],
      },
    });
    expect(code).toBe(2);
  });

  test('names an address that is taken', async () => {
    const first = start(SET, 'codec-server', '--json');
    await first.until('}');
    const { host } = new URL((JSON.parse(first.output()) as { url: string }).url);
    const { code, output } = await start({ ...SET, PROVISIONING_CODEC_ADDRESS: host }, 'codec-server').ended;
    expect(output).toBe(
      `PROVISIONING_CODEC_ADDRESS ${host} cannot be used: listen EADDRINUSE: address already in use ${host}. Set another\n`,
    );
    expect(code).toBe(2);
    await first.stop('SIGTERM');
  });
});

describe('encryption-key', () => {
  test('prints an entry on stdout and nothing else there; its id is the day', async () => {
    const before = new Date().toISOString().slice(0, 10);
    const { code, stdout, output } = await start({}, 'encryption-key').ended;
    const [{ id, key }] = parseEncryptionKeys(stdout).keys;
    expect([before, new Date().toISOString().slice(0, 10)]).toContain(id);
    expect(stdout).toBe(`${id}:${key.export().toString('base64')}\n`);
    expect(output).toContain('without it nothing that it encrypts can be read again\n');
    expect(code).toBe(0);
  });

  test('takes an id, and prints JSON', async () => {
    const { stdout, output } = await start({}, 'encryption-key', '--id', 'blue', '--json').ended;
    const { id, entry } = JSON.parse(stdout) as { id: string; entry: string };
    expect(id).toBe('blue');
    expect(parseEncryptionKeys(entry).keys.map((key) => key.id)).toEqual(['blue']);
    expect(output).toBe(stdout);
  });

  test('refuses an id that could not stand in the keys', async () => {
    const { code, output } = await start({}, 'encryption-key', '--id', 'a,b').ended;
    expect(output).toBe('Bad input:\n  - --id must be 1 to 64 letters, digits, ".", "_" and "-"\n');
    expect(code).toBe(2);
  });
});
