import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';

import {
  encryptionOf,
  newEncryptionKey,
  parseEncryptionKeys,
  readEncryption,
  type EncryptionSettings,
} from '../../src/encryption/encryption-keys';

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

const plainKeys = ({ keys }: EncryptionSettings): [string, string][] =>
  keys.map(({ id, key }) => [id, key.export().toString('base64')]);

function faultsOf(env: NodeJS.ProcessEnv): string[] {
  const faults: string[] = [];
  expect(readEncryption(env, faults)).toBeUndefined();
  return faults;
}

describe('the keys', () => {
  test('are id:key entries between commas and new lines, the first one first', () => {
    const text = `\n 2026-02:${keyOf(2)} ,old_1.x : ${keyOf(1)}\r\n,\nA:${keyOf(255)}\n`;
    expect(plainKeys(parseEncryptionKeys(text))).toEqual([
      ['2026-02', keyOf(2)],
      ['old_1.x', keyOf(1)],
      ['A', keyOf(255)],
    ]);
  });

  test('may lack the padding, and have the alphabet for URLs', () => {
    const base64Url = Buffer.alloc(32, 255).toString('base64url');
    expect(base64Url).toBe(`${'_'.repeat(42)}8`);
    expect(plainKeys(parseEncryptionKeys(`a:${base64Url}`))).toEqual([['a', keyOf(255)]]);
  });

  test('have all their faults told at once, and none tells a key', () => {
    const short = Buffer.alloc(31, 3).toString('base64');
    const long = Buffer.alloc(33, 4).toString('base64');
    const entries = [keyOf(5), `a:${short}`, `b c:${long}`, `${keyOf(6)}:d`, `e:${keyOf(7)}:f`, `:`];
    const good = [`g:${keyOf(8)}`, `h:${keyOf(9)}`, `g:${keyOf(10)}`];
    const faults = faultsOf({ PROVISIONING_ENCRYPTION_KEYS: [...entries, ...good].join() });
    const next = 'Make one with "provisioning encryption-key"';
    expect(faults).toEqual(
      [
        `entry 1 must be <id>:<key>. ${next}`,
        `entry 2 must have a key of 32 bytes in base64. ${next}`,
        'entry 3 must have an id of 1 to 64 letters, digits, ".", "_" and "-"',
        `entry 3 must have a key of 32 bytes in base64. ${next}`,
        'entry 4 must have an id of 1 to 64 letters, digits, ".", "_" and "-"',
        `entry 4 must have a key of 32 bytes in base64. ${next}`,
        `entry 5 must be <id>:<key>. ${next}`,
        'entry 6 must have an id of 1 to 64 letters, digits, ".", "_" and "-"',
        `entry 6 must have a key of 32 bytes in base64. ${next}`,
        'has more than one key with the id "g"',
      ].map((fault) => `PROVISIONING_ENCRYPTION_KEYS ${fault}`),
    );
  });

  test.each([
    ['i'.repeat(64), []],
    ['i'.repeat(65), ['entry 1 must have an id of 1 to 64 letters, digits, ".", "_" and "-"']],
  ])('have ids of at most 64 characters', (id, faults) => {
    const found: string[] = [];
    readEncryption({ PROVISIONING_ENCRYPTION_KEYS: `${id}:${keyOf(1)}` }, found);
    expect(found).toEqual(faults.map((fault) => `PROVISIONING_ENCRYPTION_KEYS ${fault}`));
  });

  test('are not shown by printing them', () => {
    const settings = parseEncryptionKeys(`a:${keyOf(1)}`);
    expect(inspect(settings, { depth: Infinity, showHidden: true })).not.toMatch(/AQEB|01 01/);
    expect(JSON.stringify(settings)).toBe('{"keys":[{"id":"a","key":{}}]}');
  });

  test('a new key has 32 bytes, and another one each time', () => {
    const keys = [newEncryptionKey(), newEncryptionKey()];
    expect(plainKeys(parseEncryptionKeys(`a:${keys[0]}\nb:${keys[1]}`))).toEqual([
      ['a', keys[0]],
      ['b', keys[1]],
    ]);
    expect(keys[0]).not.toBe(keys[1]);
  });
});

describe('the variables of the keys', () => {
  let folder: string;
  const inFolder = (name: string): string => path.join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'encryption-keys-'));
    writeFileSync(inFolder('keys'), `new:${keyOf(2)}\nold:${keyOf(1)}\n`);
    writeFileSync(inFolder('empty'), ' \n');
    writeFileSync(inFolder('broken'), keyOf(3));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([{}, { PROVISIONING_ENCRYPTION_KEYS: ' ' }, { PROVISIONING_ENCRYPTION_KEYS_FILE: '' }])(
    'not set: nothing is encrypted (%j)',
    (env) => {
      expect(encryptionOf(env)).toBeUndefined();
    },
  );

  test('may name a file', () => {
    const settings = encryptionOf({ PROVISIONING_ENCRYPTION_KEYS_FILE: inFolder('keys') });
    expect(settings && plainKeys(settings)).toEqual([
      ['new', keyOf(2)],
      ['old', keyOf(1)],
    ]);
  });

  test('have faults of their own', () => {
    const fileFaults = (file: string): string[] => faultsOf({ PROVISIONING_ENCRYPTION_KEYS_FILE: file });
    expect(fileFaults('keys')).toEqual(['PROVISIONING_ENCRYPTION_KEYS_FILE must be the absolute path of a file']);
    expect(fileFaults(`a:${keyOf(1)}`)).toEqual(fileFaults('keys'));
    expect(fileFaults(inFolder('none'))).toEqual([
      `${inFolder('none')}, the file of PROVISIONING_ENCRYPTION_KEYS_FILE, cannot be read (ENOENT)`,
    ]);
    expect(fileFaults(inFolder('empty'))).toEqual([
      `${inFolder('empty')}, the file of PROVISIONING_ENCRYPTION_KEYS_FILE, is empty`,
    ]);
    expect(fileFaults(inFolder('broken'))).toEqual([
      'PROVISIONING_ENCRYPTION_KEYS entry 1 must be <id>:<key>. Make one with "provisioning encryption-key"',
    ]);
    expect(faultsOf({ PROVISIONING_ENCRYPTION_KEYS: ' , ' })).toEqual(['PROVISIONING_ENCRYPTION_KEYS has no entry']);
    const both = { PROVISIONING_ENCRYPTION_KEYS: `a:${keyOf(1)}`, PROVISIONING_ENCRYPTION_KEYS_FILE: inFolder('keys') };
    expect(faultsOf(both)).toEqual([
      'set only one of PROVISIONING_ENCRYPTION_KEYS and PROVISIONING_ENCRYPTION_KEYS_FILE',
    ]);
  });

  test('throw their faults where no other configuration is read', () => {
    expect(() => encryptionOf({ PROVISIONING_ENCRYPTION_KEYS: 'x' })).toThrow(
      'The configuration cannot be used: PROVISIONING_ENCRYPTION_KEYS entry 1 must be <id>:<key>.',
    );
  });
});
