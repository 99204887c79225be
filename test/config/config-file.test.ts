import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { adoptConfigFile, readConfigFile } from '../../src/config/config-file';

describe('the configuration file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'provisioning-config-file-'));
    file = path.join(folder, 'worker.env');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function read(text: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof readConfigFile> {
    writeFileSync(file, text);
    return readConfigFile({ ...env, PROVISIONING_CONFIG_FILE: file });
  }

  test('is not looked for unless it is named', () => {
    expect(readConfigFile({})).toEqual({ added: {}, faults: [] });
  });

  test('adds what the environment does not set, of every kind of variable', () => {
    const text = [
      '# rates',
      'PROVISIONING_STATUS_CALLS_PER_SECOND=40',
      '',
      'export PROVISIONING_WORKERS = 2',
      'PROVISIONING_REGION=ap-singapore',
      'TEMPORAL_ADDRESS="temporal.example:7233" # the cluster',
      'TEMPORAL_GRPC_META_TEAM=identity',
      'TENCENTCLOUD_SECRET_ID=AKIDexample',
      'OTEL_SERVICE_NAME=worker',
      'https_proxy=http://proxy.example:3128',
    ].join('\n');
    const env = { PROVISIONING_STATUS_CALLS_PER_SECOND: '', PROVISIONING_REGION: 'ap-guangzhou' };
    expect(read(text, env)).toEqual({
      added: {
        PROVISIONING_STATUS_CALLS_PER_SECOND: '40',
        PROVISIONING_WORKERS: '2',
        TEMPORAL_ADDRESS: 'temporal.example:7233',
        TEMPORAL_GRPC_META_TEAM: 'identity',
        TENCENTCLOUD_SECRET_ID: 'AKIDexample',
        OTEL_SERVICE_NAME: 'worker',
        https_proxy: 'http://proxy.example:3128',
      },
      faults: [],
    });
  });

  test('may have values of several lines', () => {
    const { added, faults } = read(
      'TEMPORAL_TLS_CLIENT_CERT_DATA="-----BEGIN\nabc\n-----END"\nPROVISIONING_WORKERS=1\n',
    );
    expect(faults).toEqual([]);
    expect(added).toEqual({ TEMPORAL_TLS_CLIENT_CERT_DATA: '-----BEGIN\nabc\n-----END', PROVISIONING_WORKERS: '1' });
  });

  test('tells every fault at once, and no value', () => {
    const text =
      'PROVISIONING_WORKER=hidden\nsome hidden words\nA="x\ny"\nPROVISIONING_CONFIG_FILE=/hidden\nPROVISIONING_METRICS_ADDRESS=hidden\n';
    const { faults } = read(text);
    expect(faults).toEqual([
      `${file} line 2 is not of the form NAME=value`,
      `${file} sets PROVISIONING_CONFIG_FILE, which only the environment may`,
      `${file} sets PROVISIONING_METRICS_ADDRESS, which nobody reads: since 0.2.0 PROVISIONING_HTTP_ADDRESS serves /metrics`,
      `${file} sets PROVISIONING_WORKER, which nobody reads: is PROVISIONING_WORKERS meant?`,
      `${file} sets A, which nobody reads`,
    ]);
    expect(faults.join()).not.toContain('hidden');
  });

  test('must be there, by its absolute path', () => {
    expect(readConfigFile({ PROVISIONING_CONFIG_FILE: 'worker.env' }).faults).toEqual([
      'PROVISIONING_CONFIG_FILE must be an absolute path, got "worker.env"',
    ]);
    expect(readConfigFile({ PROVISIONING_CONFIG_FILE: file }).faults).toEqual([
      `PROVISIONING_CONFIG_FILE cannot be read (ENOENT)`,
    ]);
    expect(readConfigFile({ PROVISIONING_CONFIG_FILE: folder }).faults).toEqual([
      'PROVISIONING_CONFIG_FILE cannot be read (EISDIR)',
    ]);
  });

  test('is adopted into the environment, also twice', () => {
    writeFileSync(file, 'PROVISIONING_WORKERS=2\n');
    chmodSync(file, 0o400);
    const env: NodeJS.ProcessEnv = { PROVISIONING_CONFIG_FILE: file };
    expect(adoptConfigFile(env)).toEqual([]);
    expect(adoptConfigFile(env)).toEqual([]);
    expect(env).toEqual({ PROVISIONING_CONFIG_FILE: file, PROVISIONING_WORKERS: '2' });
  });
});
