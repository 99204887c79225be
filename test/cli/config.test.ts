import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { launch, type ProcessEnd } from '../support/processes';
import { root } from '../support/project';

const BIN = path.join(root, 'bin', 'provisioning.js');
const HIDDEN = 'do-not-show-me';
const KEY = { TENCENTCLOUD_SECRET_ID: `id-${HIDDEN}`, TENCENTCLOUD_SECRET_KEY: `key-${HIDDEN}` };

interface Printed {
  variables?: { name: string; value?: string; origin?: string; isHidden?: true }[];
  faults: string[];
  warnings: string[];
}

describe('provisioning config', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'provisioning-config-command-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function inFolder(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  async function run(env: Record<string, string>, ...args: string[]): Promise<ProcessEnd> {
    const end = await launch(BIN, ['config', ...args], { PATH: process.env.PATH ?? '', HOME: folder, ...env }).ended;
    expect(end.output).not.toContain(HIDDEN);
    return end;
  }

  const broken: [string, (file: typeof inFolder) => Record<string, string>, string[]][] = [
    [
      'nothing set',
      () => ({}),
      [
        'No Tencent Cloud credentials are configured: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or PROVISIONING_CREDENTIAL_SOURCE=cvm-role where the role of this machine is meant',
      ],
    ],
    [
      'half a key and two rates',
      () => ({
        TENCENTCLOUD_SECRET_KEY: HIDDEN,
        PROVISIONING_STATUS_CALLS_PER_SECOND: '0',
        PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '1001',
      }),
      [
        'PROVISIONING_STATUS_CALLS_PER_SECOND must be a number above 0 and at most 1000, got "0"',
        'PROVISIONING_USER_SYNC_CALLS_PER_SECOND must be a number above 0 and at most 1000, got "1001"',
        'No Tencent Cloud credentials: the environment has TENCENTCLOUD_SECRET_KEY but no TENCENTCLOUD_SECRET_ID',
      ],
    ],
    [
      'an API key in clear text',
      () => ({ ...KEY, TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_API_KEY: HIDDEN, TEMPORAL_TLS: 'false' }),
      [
        'TEMPORAL_API_KEY would be sent in clear text to temporal.example: set TEMPORAL_TLS=true, or leave it out, since a key turns TLS on',
      ],
    ],
    [
      'half a client certificate, whose file is missing too',
      () => ({ ...KEY, TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/cert.pem' }),
      [
        'A client certificate is given without its key: set TEMPORAL_TLS_CLIENT_KEY_PATH too',
        'TEMPORAL_TLS_CLIENT_CERT_PATH cannot be read (ENOENT)',
      ],
    ],
    [
      'a profile that is not there, and neither side to run',
      () => ({ TEMPORAL_PROFILE: 'prod', PROVISIONING_RUN_WORKFLOWS: 'false', PROVISIONING_RUN_CALLS: 'false' }),
      [
        'PROVISIONING_RUN_WORKFLOWS and PROVISIONING_RUN_CALLS are both false, so nothing is left to run',
        "Temporal's client configuration (TEMPORAL_* variables, its default file) cannot be read: Profile 'prod' not found in config data",
      ],
    ],
    [
      'endpoints with a password, a path and no TLS',
      () => ({
        ...KEY,
        PROVISIONING_ENDPOINT: `https://me:${HIDDEN}@organization.tencentcloudapi.com/v1`,
        PROVISIONING_STS_ENDPOINT: 'http://sts.tencentcloudapi.com',
      }),
      [
        'PROVISIONING_ENDPOINT: endpoint must not contain a user name or password',
        'PROVISIONING_ENDPOINT: endpoint must not contain a path',
        'PROVISIONING_STS_ENDPOINT: endpoint must begin with https:// unless its host is a loopback address',
      ],
    ],
    [
      'addresses and words that are none',
      () => ({
        ...KEY,
        PROVISIONING_HTTP_ADDRESS: '9464',
        PROVISIONING_LOG_LEVEL: 'verbose',
        PROVISIONING_LOG_FORMAT: 'text',
        PROVISIONING_CONNECT_SECONDS: 'a minute',
        HTTPS_PROXY: `me:${HIDDEN}@proxy`,
      }),
      [
        'PROVISIONING_CONNECT_SECONDS must be a number from 0 to 3600, got "a minute"',
        'PROVISIONING_HTTP_ADDRESS must be none, or an IP address and a port such as 127.0.0.1:9464, got "9464"',
        'PROVISIONING_LOG_LEVEL must be one of DEBUG, INFO, WARN, ERROR, got "verbose"',
        'PROVISIONING_LOG_FORMAT must be one of json, pretty, got "text"',
        'HTTPS_PROXY must be a URL such as http://proxy.example:3128',
      ],
    ],
    [
      'a configuration file that is not there',
      () => ({ ...KEY, PROVISIONING_CONFIG_FILE: '/nowhere/worker.env' }),
      ['PROVISIONING_CONFIG_FILE cannot be read (ENOENT)'],
    ],
    [
      'a configuration file with slips of the pen, and a value at fault',
      (file) => ({
        ...KEY,
        PROVISIONING_CONFIG_FILE: file('slips.env', `PROVISIONING_WORKER=2\n${HIDDEN}\nPROVISIONING_REGION=a region\n`),
      }),
      [
        'slips.env line 2 is not of the form NAME=value',
        'slips.env sets PROVISIONING_WORKER, which nobody reads: is PROVISIONING_WORKERS meant?',
        'PROVISIONING_REGION must be a region such as ap-singapore, got "a region"',
      ],
    ],
    [
      'a damaged key, a relative folder and a worker too many',
      () => ({
        TENCENTCLOUD_SECRET_ID: 'AKID',
        TENCENTCLOUD_SECRET_KEY: `two words ${HIDDEN}`,
        PROVISIONING_ITEMS_FOLDER: 'items',
        PROVISIONING_WORKERS: '101',
      }),
      [
        'PROVISIONING_WORKERS must not exceed PROVISIONING_STATUS_CALLS_PER_SECOND (100): each worker needs at least one call a second, got 101',
        'PROVISIONING_ITEMS_FOLDER must be an absolute path, got "items"',
        'The credentials are damaged: white space or characters outside ASCII in secretKey. Copy them again',
      ],
    ],
  ];

  test.each(broken)('--check names every fault: %s', async (_, envOf, faults) => {
    const env = envOf(inFolder);
    const { code, stdout } = await run(env, '--check', '--json');
    const printed = JSON.parse(stdout) as Printed;
    expect(printed.faults.map((fault) => fault.replace(`${folder}/`, ''))).toEqual(faults);
    expect(printed.variables).toBeUndefined();
    expect(code).toBe(2);
  });

  test('--check of a good one says so, with what is doubtful', async () => {
    const { code, output } = await run({ ...KEY, PROVISIONING_RATE: '5' }, '--check');
    expect(output).toContain('The configuration can be used\n');
    expect(output).toContain('warning: PROVISIONING_RATE is a variable that nobody reads\n');
    expect(code).toBe(0);
  });

  test('--print tells what holds and where from, with secrets hidden', async () => {
    const toml = inFolder('temporal.toml', '[profile.default]\naddress = "temporal.example:7233"\n');
    const file = inFolder('good.env', `PROVISIONING_WORKERS=2\nTENCENTCLOUD_SECRET_KEY=key-${HIDDEN}\n`);
    const env = {
      TENCENTCLOUD_SECRET_ID: `id-${HIDDEN}`,
      PROVISIONING_CONFIG_FILE: file,
      TEMPORAL_CONFIG_FILE: toml,
      PROVISIONING_LOG_LEVEL: 'WARN',
      HTTPS_PROXY: `http://me:${HIDDEN}@proxy.example:3128`,
    };
    const { code, stdout } = await run(env, '--print', '--json');
    const { variables = [], faults } = JSON.parse(stdout) as Printed;
    expect(faults).toEqual([]);
    expect(code).toBe(0);
    expect(variables.filter(({ origin }) => origin !== undefined && origin !== 'default')).toEqual([
      { name: 'PROVISIONING_CONFIG_FILE', origin: 'environment', value: file },
      { name: 'PROVISIONING_LOG_LEVEL', origin: 'environment', value: 'WARN' },
      { name: 'PROVISIONING_WORKERS', origin: 'file', value: '2' },
      { name: 'TEMPORAL_ADDRESS', origin: 'temporal-file', value: 'temporal.example:7233' },
      { name: 'TEMPORAL_CONFIG_FILE', origin: 'environment', value: toml },
      { name: 'HTTPS_PROXY', origin: 'environment', isHidden: true },
      { name: 'TENCENTCLOUD_SECRET_ID', origin: 'environment', isHidden: true },
      { name: 'TENCENTCLOUD_SECRET_KEY', origin: 'file', isHidden: true },
    ]);
    expect(variables.find(({ name }) => name === 'PROVISIONING_CONNECT_SECONDS')).toEqual({
      name: 'PROVISIONING_CONNECT_SECONDS',
      origin: 'default',
      value: '60',
    });

    const { stdout: text } = await run(env);
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'PROVISIONING_WORKERS=2  # from the configuration file',
        'TENCENTCLOUD_SECRET_KEY=(hidden)  # from the configuration file',
        'TEMPORAL_NAMESPACE=default  # default',
        '# TEMPORAL_API_KEY is not set',
      ]),
    );
  });
});
