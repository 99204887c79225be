import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startTemporalGateway, type TemporalGateway, type Wanted } from '../support/temporal-gateway';

import { createWorld, launchWorker, type World } from './world';

const ZONE = 'z-tls';

describe('a worker and a Temporal server behind TLS', () => {
  let world: World;
  let folder: string;
  let gateway: TemporalGateway | undefined;

  beforeAll(async () => {
    world = await createWorld();
    folder = mkdtempSync(path.join(tmpdir(), 'provisioning-tls-'));
  });

  afterEach(async () => gateway?.close());
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  async function open(wanted: Wanted): Promise<TemporalGateway> {
    gateway = await startTemporalGateway(world.server.address, wanted);
    return gateway;
  }

  function inFolder(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  async function followThrough(env: Record<string, string>, taskId: string): Promise<string> {
    world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    await world.client.follow({ zoneId: ZONE, taskId });
    const worker = await world.startWorker({ ...env, PROVISIONING_CONNECT_SECONDS: '5' });
    await expect(world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 })).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Succeeded' },
    });
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    return worker.output();
  }

  test('works over mutual TLS, from variables alone', async () => {
    const { address, caCert, client } = await open('certificate');
    await followThrough(
      {
        TEMPORAL_ADDRESS: address,
        TEMPORAL_TLS_CLIENT_CERT_PATH: inFolder('client.pem', client.cert),
        TEMPORAL_TLS_CLIENT_KEY_PATH: inFolder('client.key', client.key),
        TEMPORAL_TLS_SERVER_CA_CERT_DATA: caCert,
      },
      't-mutual',
    );
  });

  test('works with an API key, which goes over TLS only and is in no line of the log', async () => {
    const opened = await open({ apiKey: 'key-of-the-cloud' });
    const env = {
      TEMPORAL_ADDRESS: opened.address,
      TEMPORAL_API_KEY: 'key-of-the-cloud',
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: opened.caCert,
      PROVISIONING_LOG_LEVEL: 'DEBUG',
    };
    expect(await followThrough(env, 't-key')).not.toContain('key-of-the-cloud');
    expect(new Set(opened.authorizations())).toEqual(new Set(['Bearer key-of-the-cloud']));
  });

  test('a profile of the Temporal CLI’s configuration file does as well', async () => {
    const { address, caCert } = await open({ apiKey: 'key-of-the-cloud' });
    const toml = `[profile.cloud]\naddress = "${address}"\nnamespace = "${world.server.namespace}"\napi_key = "key-of-the-cloud"\n[profile.cloud.tls]\nserver_ca_cert_path = "${inFolder('ca.pem', caCert)}"\n`;
    const { TEMPORAL_ADDRESS: _, ...env } = world.workerEnvironment;
    const profile = { ...env, TEMPORAL_CONFIG_FILE: inFolder('temporal.toml', toml), TEMPORAL_PROFILE: 'cloud' };
    const worker = launchWorker(profile);
    await worker.until('Worker is polling');
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  });

  test('a wrong key ends the start at once, with what to check and without the key', async () => {
    const { address, caCert } = await open({ apiKey: 'key-of-the-cloud' });
    const { code, output } = await launchWorker({
      ...world.workerEnvironment,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_API_KEY: 'another-key',
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: caCert,
    }).ended;
    expect(output).toContain(`The Temporal server at ${address} refused us: `);
    expect(output).toContain('Check TEMPORAL_API_KEY or the client certificate, and whether it may use namespace');
    expect(output).not.toContain('another-key');
    expect(output).not.toContain('s more');
    expect(code).toBe(8);
  });
});
