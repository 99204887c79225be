import { existsSync } from 'node:fs';
import path from 'node:path';

import { loadClientConnectConfig } from '@temporalio/envconfig';

import { withoutTemporalSettings } from '../../src/dev/local-environment';
import { root } from '../support/project';

const NO_FILE = path.join(root, 'src', 'config', 'no-temporal-settings.toml');

describe('the environment without the settings of a cluster elsewhere', () => {
  test('keeps what is not of Temporal, and the paths of its binaries', () => {
    const env = {
      PATH: '/usr/bin',
      HOME: '/home/somebody',
      EMPTY: '',
      temporal_address: 'another name',
      MY_TEMPORAL_ADDRESS: 'another name too',
      TEMPORALITY: 'not of Temporal',
      TEMPORAL_CLI_PATH: '/opt/temporal',
      TEMPORAL_TEST_SERVER_PATH: '/opt/temporal-test-server',
      TEMPORAL_ADDRESS: 'cluster.example:7233',
      TEMPORAL_NAMESPACE: 'production',
      TEMPORAL_API_KEY: 'secret',
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'certificate',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/etc/ca.pem',
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/etc/client.pem',
      TEMPORAL_PROFILE: 'production',
      TEMPORAL_CONFIG_FILE: '/home/somebody/temporal.toml',
    };
    const before = { ...env };
    expect(withoutTemporalSettings(env)).toStrictEqual({
      PATH: '/usr/bin',
      HOME: '/home/somebody',
      EMPTY: '',
      temporal_address: 'another name',
      MY_TEMPORAL_ADDRESS: 'another name too',
      TEMPORALITY: 'not of Temporal',
      TEMPORAL_CLI_PATH: '/opt/temporal',
      TEMPORAL_TEST_SERVER_PATH: '/opt/temporal-test-server',
      TEMPORAL_CONFIG_FILE: NO_FILE,
    });
    expect(env).toEqual(before);
  });

  test('names a file of settings that does not exist, also when nothing was set', () => {
    expect(withoutTemporalSettings({})).toStrictEqual({ TEMPORAL_CONFIG_FILE: NO_FILE });
    expect(existsSync(NO_FILE)).toBe(false);
  });

  test('leaves a client nothing to go elsewhere by', () => {
    const elsewhere = {
      TEMPORAL_ADDRESS: 'cluster.example:7233',
      TEMPORAL_NAMESPACE: 'production',
      TEMPORAL_TLS: 'true',
    };
    const overrideEnvVars = withoutTemporalSettings(elsewhere) as Record<string, string>;
    expect(loadClientConnectConfig({ overrideEnvVars })).toEqual({ connectionOptions: {} });
  });
});
