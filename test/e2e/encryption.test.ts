import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

import {
  BATCH_PHASES,
  BatchClient,
  ENDINGS,
  LIVE_PHASES,
  parseWorkflowId,
  ProvisioningClient,
  SEARCH_ATTRIBUTES,
  workflowId,
} from '../../src/client';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { createDataConverter, parseEncryptionKeys } from '../../src/encryption';
import { launch, type ProcessEnd, type RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { payloadsIn, rawRecordsOf } from '../support/raw-records';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const BIN = path.join(root, 'bin', 'provisioning.js');
const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`;
const TOKEN = 'token-of-the-codec-server';
const ZONE = 'z-encrypted';
const SLOW = { minIntervalSeconds: 900, maxIntervalSeconds: 900 };

/** What people and the cloud write: none of it may be readable. */
const WORDS = {
  requester: 'Grace Hopper',
  note: 'joiners of the quarter',
  pause: 'the key is being changed',
  failure: 'the mailbox is full',
  error: 'please come back tomorrow',
  resolution: 'seen in the console',
  declaredBy: 'Katherine Johnson',
  user: 'u-ada-lovelace',
  unknownUser: 'u-alan-turing',
  failingUser: 'u-mary-jackson',
  email: 'ada.lovelace@example.com',
  account: '100000424242',
  signal: 'told through the codec server',
};

describe('encrypted payloads, with a real server and worker processes', () => {
  let world: World;
  let worker: RunningProcess;
  /** Under the old key, of a worker that has it. */
  let client: ProvisioningClient;
  /** Workflows of which everything is encrypted. */
  let ids: string[];

  const startWorker = (...keys: string[]) =>
    world.startWorker(keys.length > 0 ? { PROVISIONING_ENCRYPTION_KEYS: keys.join() } : {});
  const temporalWith = (...keys: string[]): Client => {
    const settings = keys.length > 0 ? parseEncryptionKeys(keys.join()) : undefined;
    const { namespace } = world.server;
    return new Client({ connection: world.connection, namespace, dataConverter: createDataConverter(settings) });
  };
  const clientWith = (...keys: string[]): ProvisioningClient => new ProvisioningClient(temporalWith(...keys));
  const runCli = (keys: string | undefined, ...args: string[]): Promise<ProcessEnd> =>
    launch(BIN, args, {
      ...world.workerEnvironment,
      ...(keys !== undefined && { PROVISIONING_ENCRYPTION_KEYS: keys }),
    }).ended;
  const rawRecords = (id: string) => rawRecordsOf(world.connection, id, world.server.namespace);

  beforeAll(async () => {
    world = await createWorld();
    const before = await startWorker();
    await begin(clientWith(), 't-begun');
    await before.stop('SIGTERM');

    worker = await startWorker(OLD);
    client = clientWith(OLD);
    const followed = await followInManyWays();
    ids = [...followed, ...(await provision())];
  }, 120_000);

  afterAll(() => world.close());

  async function begin(by: ProvisioningClient, taskId: string): Promise<void> {
    world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }] });
    await by.follow({ zoneId: ZONE, taskId, polling: SLOW, requestedBy: WORDS.requester, note: WORDS.note });
    await until('the first poll is over', async () => (await by.status(ZONE, taskId)).polls === 1);
  }

  async function followInManyWays(): Promise<string[]> {
    const tasks = ['t-done', 't-failed', 't-cancelled', 't-resolved'];
    await Promise.all(tasks.map((taskId) => begin(client, taskId)));

    await client.pause(ZONE, 't-done', { reason: WORDS.pause });
    await client.extendDeadline(ZONE, 't-done', { bySeconds: 60 });
    world.emulator.setTask(ZONE, 't-done', { answers: [{ status: 'Success' }] });
    await client.checkNow(ZONE, 't-done');

    world.emulator.setTask(ZONE, 't-failed', { answers: [{ status: 'Failed', failureReason: WORDS.failure }] });
    await client.pollNow(ZONE, 't-failed');

    const error = { code: 'InternalError', message: WORDS.error };
    world.emulator.setTask(ZONE, 't-cancelled', { answers: [{ error }] });
    expect((await client.checkNow(ZONE, 't-cancelled')).lastError?.message).toBe(WORDS.error);
    await client.cancel(ZONE, 't-cancelled');

    const declared = { outcome: 'Succeeded', reason: WORDS.resolution, by: WORDS.declaredBy } as const;
    await client.resolve(ZONE, 't-resolved', declared);

    await expect(Promise.all(tasks.map((taskId) => endingOf(client, taskId)))).resolves.toEqual([
      ['Succeeded', 2],
      ['Failed', 2],
      ['Cancelled', 2],
      ['Resolved', 1],
    ]);
    return tasks.map((taskId) => workflowId(ZONE, taskId));
  }

  async function provision(): Promise<string[]> {
    const batches = new BatchClient(temporalWith(OLD));
    const failed = { answers: [{ status: 'Failed', failureReason: WORDS.failure }] };
    world.emulator.setZone(ZONE, { unknownUsers: [WORDS.unknownUser], createTasks: { [WORDS.failingUser]: failed } });
    const batch = await batches.provisionUsers('b-1', {
      zoneId: ZONE,
      items: [WORDS.user, WORDS.unknownUser, WORDS.failingUser].map((principalId) => ({
        principalType: 'User',
        principalId,
        targetType: 'MemberUin',
        targetUin: WORDS.account,
        description: WORDS.email,
      })),
      requestedBy: WORDS.requester,
      note: WORDS.note,
    });
    const result = await batches.waitForReport(batch.workflowId, { timeoutMs: 30_000 });
    const { lines = [] } = result.kind === 'ended' ? result.report : {};
    expect(lines.map(({ principalId, outcome, reason }) => [principalId, outcome, reason])).toEqual([
      [WORDS.user, 'Succeeded', undefined],
      [WORDS.unknownUser, 'Refused', `The user \`${WORDS.unknownUser}\` does not exist.`],
      [WORDS.failingUser, 'Failed', WORDS.failure],
    ]);
    const followed = lines.flatMap(({ taskId }) => (taskId === undefined ? [] : [workflowId(ZONE, taskId)]));
    expect(followed).toHaveLength(2);
    return [batch.workflowId, ...followed];
  }

  async function endingOf(by: ProvisioningClient, taskId: string): Promise<unknown> {
    const result = await by.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 });
    return result.kind === 'ended' ? [result.outcome.phase, result.outcome.polls] : result;
  }

  /** Ids of the keys in the events of a workflow, in their order; an empty id for what is in clear text. */
  async function keyIdsOf(taskId: string): Promise<string[]> {
    const { events } = await rawRecords(workflowId(ZONE, taskId));
    const keyIds = payloadsIn({ events }).map(({ keyId }) => keyId);
    return keyIds.filter((id, index) => id !== keyIds[index - 1]);
  }

  test('nothing that a person or the cloud wrote is readable in what the server keeps', async () => {
    for (const id of ids) {
      const { events, description, bytes } = await rawRecords(id);
      const payloads = payloadsIn({ events, description });
      expect(payloads.length).toBeGreaterThanOrEqual(5);
      expect(payloads.filter(({ encoding, keyId }) => encoding !== 'binary/encrypted' || keyId !== 'old')).toEqual([]);
      expect(Object.values(WORDS).filter((words) => bytes.includes(words))).toEqual([]);
    }
  });

  test('search attributes hold ids, phases, error codes and instants, and there are no others', async () => {
    const seen = new Map<string, Set<unknown>>();
    for (const id of ids) {
      const { events } = await rawRecords(id);
      for (const [name, value] of events.flatMap(searchAttributesOf)) {
        seen.set(name, (seen.get(name) ?? new Set()).add(value));
      }
    }
    const isKnown = (name: string) => (Object.values(SEARCH_ATTRIBUTES) as string[]).includes(name);
    expect([...seen.keys()].filter((name) => !isKnown(name))).toEqual([]);
    const valuesOf = (name: string): unknown[] => [...(seen.get(name) ?? [])];
    expect(valuesOf(SEARCH_ATTRIBUTES.zoneId)).toEqual([ZONE]);
    expect(valuesOf(SEARCH_ATTRIBUTES.taskId).sort()).toEqual(
      ids.flatMap((id) => parseWorkflowId(id)?.taskId ?? []).sort(),
    );
    const phases: readonly unknown[] = [...LIVE_PHASES, ...ENDINGS, ...BATCH_PHASES];
    expect(valuesOf(SEARCH_ATTRIBUTES.phase).filter((phase) => !phases.includes(phase))).toEqual([]);
    expect(valuesOf(SEARCH_ATTRIBUTES.errorCode)).toEqual(['InternalError']);
    for (const name of [...seen.keys()].filter((other) => !/(Id|Phase|Code)$/.test(other))) {
      for (const instant of valuesOf(name)) expect(instant).toBe(new Date(String(instant)).toISOString());
    }
  });

  test('answers of queries are encrypted on their way, those that the UI shows as current details too', async () => {
    for (const queryType of ['status', '__temporal_workflow_metadata']) {
      const answer = await world.connection.workflowService.queryWorkflow({
        namespace: world.server.namespace,
        execution: { workflowId: workflowId(ZONE, 't-failed') },
        query: { queryType },
      });
      expect(payloadsIn(answer)).toEqual([
        { place: 'queryResult.payloads.0', encoding: 'binary/encrypted', keyId: 'old' },
      ]);
    }
  });

  test('the Temporal CLI reads and writes through the codec server', async () => {
    const server = launch(BIN, ['codec-server', '--json'], {
      PATH: process.env.PATH ?? '',
      PROVISIONING_ENCRYPTION_KEYS: OLD,
      PROVISIONING_CODEC_TOKEN: TOKEN,
      PROVISIONING_CODEC_ADDRESS: '127.0.0.1:0',
    });
    try {
      await server.until('}');
      const { url } = JSON.parse(server.output()) as { url: string };
      const cli = await findTemporalCli();
      const run = async (...args: string[]): Promise<string> => {
        const { address, namespace } = world.server;
        const place = ['--address', address, '--namespace', namespace];
        const connection = [...place, '--disable-config-file', '--disable-config-env'];
        const { stdout } = await promisify(execFile)(cli, ['workflow', ...args, ...connection]);
        return stdout;
      };
      const codec = ['--codec-endpoint', `${url}/{namespace}`, '--codec-auth', `Bearer ${TOKEN}`];
      const show = ['show', '--workflow-id', workflowId(ZONE, 't-failed'), '--output', 'json'];
      const words = [WORDS.requester, WORDS.note, WORDS.failure];
      const readable = (shown: string): string[] => words.filter((text) => withDecodedData(shown).includes(text));
      expect(readable(await run(...show))).toEqual([]);
      expect(readable(await run(...show, ...codec))).toEqual(words);

      world.emulator.setTask(ZONE, 't-told', { answers: [{ status: 'InProgress' }] });
      const follow = await client.follow({ zoneId: ZONE, taskId: 't-told', polling: SLOW });
      const input = JSON.stringify({ reason: WORDS.signal });
      await run('signal', '--workflow-id', follow.workflowId, '--name', 'pause', '--input', input, ...codec);
      await until('it is paused', async () => (await client.status(ZONE, 't-told')).pausedReason === WORDS.signal);
      expect((await rawRecords(follow.workflowId)).bytes.includes(WORDS.signal)).toBe(false);
      await client.cancel(ZONE, 't-told');
      await endingOf(client, 't-told');
      expect(server.output()).toBe(`${JSON.stringify({ url })}\n`);
    } finally {
      await expect(server.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    }
  });

  test('turned on, it encrypts from then on, also for follows under way; a client without keys is told so', async () => {
    world.emulator.setTask(ZONE, 't-begun', { answers: [{ status: 'Failed', failureReason: WORDS.failure }] });
    await client.pollNow(ZONE, 't-begun');
    await expect(endingOf(client, 't-begun')).resolves.toEqual(['Failed', 2]);
    await expect(keyIdsOf('t-begun')).resolves.toEqual(['', 'old']);
    const { bytes } = await rawRecords(workflowId(ZONE, 't-begun'));
    expect([WORDS.note, WORDS.failure].filter((words) => bytes.includes(words))).toEqual([WORDS.note]);
    const message =
      'A payload is encrypted with the key "old", and PROVISIONING_ENCRYPTION_KEYS is not set: set it to the keys of the worker';
    await expect(runCli(undefined, 'status', ZONE, 't-begun', '--json')).resolves.toMatchObject({
      code: 2,
      stdout: `${JSON.stringify({ error: { code: 'UnreadablePayload', message } })}\n`,
    });
  });

  // The last one: it takes the worker of the others away.
  test('after a change of keys follows go on under the new one; a worker that lacks the old one says so', async () => {
    await begin(client, 't-rotated');
    await worker.stop('SIGTERM');

    const forgetful = await startWorker(NEW);
    await expect(runCli(OLD, 'status', ZONE, 't-rotated')).resolves.toMatchObject({
      code: 9,
      output:
        'The worker could not answer, and its reason is encrypted. Its log tells why; often it lacks a key of PROVISIONING_ENCRYPTION_KEYS\n',
    });
    await forgetful.until(
      'A payload is encrypted with the key \\"old\\", which PROVISIONING_ENCRYPTION_KEYS does not have: add it after the first entry',
    );
    await forgetful.stop('SIGTERM');

    await startWorker(NEW, OLD);
    world.emulator.setTask(ZONE, 't-rotated', { answers: [{ status: 'Success' }] });
    const rotated = clientWith(NEW, OLD);
    await rotated.pollNow(ZONE, 't-rotated');
    await expect(endingOf(rotated, 't-rotated')).resolves.toEqual(['Succeeded', 2]);
    await expect(keyIdsOf('t-rotated')).resolves.toEqual(['old', 'new']);
    // What has ended under the old key is replayed to be asked.
    await expect(rotated.status(ZONE, 't-failed')).resolves.toMatchObject({ failureReason: WORDS.failure });
    const status = await runCli(`${NEW},${OLD}`, 'status', ZONE, 't-rotated');
    expect(status.stdout).toMatch(/^t-rotated Succeeded, status Success, /);
    await expect(client.status(ZONE, 't-rotated')).rejects.toMatchObject({
      name: 'UnreadablePayloadError',
      keyId: 'new',
    });
  }, 90_000);
});

function withDecodedData(json: string): string {
  return json.replaceAll(/"data": "([^"]*)"/g, (_, data: string) => Buffer.from(data, 'base64').toString());
}

function searchAttributesOf(event: temporal.api.history.v1.IHistoryEvent): [string, unknown][] {
  const { upsertWorkflowSearchAttributesEventAttributes: upserted, workflowExecutionStartedEventAttributes: started } =
    event;
  const { indexedFields } = upserted?.searchAttributes ?? started?.searchAttributes ?? {};
  return Object.entries(indexedFields ?? {}).flatMap(([name, { data }]): [string, unknown][] => {
    const text = Buffer.from(data ?? []).toString();
    return text === '' || text === 'null' ? [] : [[name, JSON.parse(text) as unknown]];
  });
}
