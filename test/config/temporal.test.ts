import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ConfigurationError } from '../../src/config';
import { readTemporalConfig } from '../../src/config/temporal';

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readTemporalConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  throw new Error('no fault');
}

describe('how to reach the Temporal server', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'provisioning-temporal-'));
    writeFileSync(path.join(folder, 'cert.pem'), 'certificate');
    writeFileSync(path.join(folder, 'key.pem'), 'key');
    writeFileSync(path.join(folder, 'temporal.toml'), '[profile.prod]\naddress = "a.example:7233"\nnamespace = "n"\n');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('has the defaults of the Temporal CLI', () => {
    expect(readTemporalConfig({})).toMatchObject({ address: 'localhost:7233', namespace: 'default' });
  });

  test('takes empty variables for those that are not set', () => {
    const env = { TEMPORAL_ADDRESS: '', TEMPORAL_API_KEY: ' ', TEMPORAL_TLS_CLIENT_CERT_PATH: '', TEMPORAL_TLS: '' };
    const { address, connectionOptions } = readTemporalConfig(env);
    expect(address).toBe('localhost:7233');
    expect(connectionOptions).toEqual({ address: undefined, apiKey: undefined, tls: undefined, metadata: undefined });
  });

  test('takes a profile, which the environment overrides', () => {
    const env = { TEMPORAL_CONFIG_FILE: path.join(folder, 'temporal.toml'), TEMPORAL_PROFILE: 'prod' };
    expect(readTemporalConfig(env)).toMatchObject({ address: 'a.example:7233', namespace: 'n' });
    expect(readTemporalConfig({ ...env, TEMPORAL_NAMESPACE: 'm' })).toMatchObject({ namespace: 'm' });
  });

  test('an API key turns TLS on', () => {
    const env = { TEMPORAL_ADDRESS: 'a.tmprl.cloud:7233', TEMPORAL_API_KEY: 'key' };
    expect(readTemporalConfig(env).connectionOptions).toMatchObject({ apiKey: 'key', tls: true });
  });

  test('a client certificate comes with its key', () => {
    const env = {
      TEMPORAL_TLS_CLIENT_CERT_PATH: path.join(folder, 'cert.pem'),
      TEMPORAL_TLS_CLIENT_KEY_PATH: path.join(folder, 'key.pem'),
    };
    expect(readTemporalConfig(env).connectionOptions.tls).toEqual({
      clientCertPair: { crt: Uint8Array.from(Buffer.from('certificate')), key: Uint8Array.from(Buffer.from('key')) },
      serverNameOverride: undefined,
      serverRootCACertificate: undefined,
    });
  });

  test('an API key may go in clear text to this machine only', () => {
    const env = { TEMPORAL_API_KEY: 'secret-key', TEMPORAL_TLS: 'false' };
    expect(readTemporalConfig({ ...env, TEMPORAL_ADDRESS: '127.0.0.1:7233' }).connectionOptions.tls).toBe(false);
    expect(faultsOf({ ...env, TEMPORAL_ADDRESS: 'temporal.example:7233' })).toEqual([
      'TEMPORAL_API_KEY would be sent in clear text to temporal.example: set TEMPORAL_TLS=true, or leave it out, since a key turns TLS on',
    ]);
  });

  test('names every fault at once, without a key', () => {
    const faults = faultsOf({
      TEMPORAL_ADDRESS: 'http://temporal.example',
      TEMPORAL_NAMESPACE: 'two words',
      TEMPORAL_API_KEY: 'secret key',
      TEMPORAL_TLS_CLIENT_KEY_PATH: path.join(folder, 'none.pem'),
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: path.join(folder, 'nowhere', 'ca.pem'),
      TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true',
    });
    expect(faults).toEqual([
      'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION is not supported: give the right name with TEMPORAL_TLS_SERVER_NAME',
      'TEMPORAL_ADDRESS must be host:port, got "http://temporal.example"',
      'TEMPORAL_NAMESPACE must be a name without white space, got "two words"',
      'TEMPORAL_API_KEY has white space or characters outside ASCII: copy it again',
      'The key of a client certificate is given without it: set TEMPORAL_TLS_CLIENT_CERT_PATH too',
      `TEMPORAL_TLS_CLIENT_KEY_PATH cannot be read (ENOENT)`,
      `TEMPORAL_TLS_SERVER_CA_CERT_PATH cannot be read (ENOENT)`,
    ]);
    expect(faults.join()).not.toContain('secret');
  });

  test('names a certificate without its key', () => {
    expect(faultsOf({ TEMPORAL_TLS_CLIENT_CERT_PATH: path.join(folder, 'cert.pem') })).toEqual([
      'A client certificate is given without its key: set TEMPORAL_TLS_CLIENT_KEY_PATH too',
    ]);
  });

  test('names a file and a profile that are not there', () => {
    expect(faultsOf({ TEMPORAL_CONFIG_FILE: `${folder}/none.toml` })).toEqual([
      `TEMPORAL_CONFIG_FILE names a file that does not exist: ${folder}/none.toml`,
    ]);
    expect(faultsOf({ TEMPORAL_CONFIG_FILE: `${folder}/temporal.toml`, TEMPORAL_PROFILE: 'dev' })).toEqual([
      `Temporal's client configuration (TEMPORAL_* variables, ${folder}/temporal.toml) cannot be read: Profile 'dev' not found in config data`,
    ]);
  });
});
