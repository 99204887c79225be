import {
  ApplicationFailure,
  CancelledFailure,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { RetryState, TimeoutType } from '@temporalio/common';

import { BatchClient } from '../src/batch-client';
import {
  batchWorkflowId,
  INVALID_INPUT_TYPE,
  MAX_INPUT_BYTES,
  PART_SIZE,
  parseBatchWorkflowId,
  READ_REFUSED_TYPE,
  type BatchProgress,
  type ReportLine,
  type ReportPage,
  type UserSync,
  type UserSyncItem,
} from '../src/contract';
import { batchRunBookOf } from '../src/operator-texts';

const ID = 'provision-users/z-1/b-1';
const ITEM: UserSyncItem = {
  principalType: 'User',
  principalId: 'u-1',
  targetType: 'MemberUin',
  targetUin: '100000000001',
};
const SYNC: UserSync = { ...ITEM, userProvisioningId: 'up-1' };
const PROGRESS: BatchProgress = {
  zoneId: 'z-1',
  phase: 'Running',
  total: 3,
  outcomes: { Succeeded: 1, NotStarted: 2 },
  startedAt: '2026-03-01T12:00:00.000Z',
};

/** A workflow that a fake server has; what it does not answer fails as an unknown workflow does. */
interface FakeWorkflow {
  status?: string;
  result?: () => unknown;
  progress?: BatchProgress;
  lines?: ReportLine[];
  retried?: number;
  memo?: object;
}

/** Stands in for a connected client; `calls` are what reached it. */
function fakeServer(
  workflows: Record<string, FakeWorkflow>,
  reads: (() => unknown)[] = [],
): { client: BatchClient; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const getHandle = (id: string): object => {
    const known = workflows[id];
    const answer = async <T>(value: T | undefined): Promise<T> => {
      await Promise.resolve();
      if (value === undefined) throw new WorkflowNotFoundError('not found', id, undefined);
      return value;
    };
    const steer = (...call: unknown[]): Promise<unknown> => {
      calls.push(call);
      return answer(known?.status === 'RUNNING' ? (known.retried ?? null) : undefined);
    };
    return {
      describe: () => answer(known && { status: { name: known.status ?? 'COMPLETED' }, memo: known.memo }),
      query: (name: string, page?: ReportPage) => {
        if (name === 'progress') return answer(known?.progress);
        calls.push([id, page]);
        const { offset = 0, limit = Infinity } = page ?? {};
        return answer(known?.lines?.slice(offset, offset + limit));
      },
      signal: (...args: unknown[]) => steer('signal', ...args),
      cancel: () => steer('cancel'),
      executeUpdate: (name: string) => steer('update', name),
      result: async () => known?.result?.() ?? (await answer(undefined)),
    };
  };
  const start = (type: string, options: { workflowId: string }): Promise<object> => {
    calls.push([type, options]);
    return Promise.resolve({ firstExecutionRunId: 'run-1', result: async () => Promise.resolve(reads.shift()?.()) });
  };
  const client = {
    workflow: { start, getHandle },
    withDeadline: (_: unknown, fn: () => unknown) => fn(),
    withAbortSignal: (_: unknown, fn: () => unknown) => fn(),
  };
  return { client: new BatchClient(client as unknown as Client), calls };
}

function failing(cause: Error): () => never {
  return () => {
    throw new WorkflowFailedError('failed', cause, RetryState.NON_RETRYABLE_FAILURE);
  };
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('starting', () => {
  test('starts the workflow under the public id, or attaches to the one that runs', async () => {
    const { client, calls } = fakeServer({ 'deprovision-users/z-1/b-1': { status: 'RUNNING' } });
    const input = { zoneId: 'z-1', items: [ITEM], requestedBy: 'ops', note: 'new team' };
    await expect(client.provisionUsers('b-1', input)).resolves.toEqual({
      workflowId: ID,
      runId: 'run-1',
      state: 'started',
    });
    expect(calls).toEqual([
      [
        'provisionUsers',
        {
          workflowId: ID,
          taskQueue: 'provisioning',
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: 'Start 1 user sync',
          staticDetails: batchRunBookOf(ID, input),
          workflowTaskTimeout: 30_000,
          memo: { requestedBy: 'ops', note: 'new team' },
        },
      ],
    ]);
    const removal = { zoneId: 'z-1', items: [{ userProvisioningId: 'up-1' }, ITEM] };
    await expect(client.deprovisionUsers('b-1', removal)).resolves.toMatchObject({ state: 'attached' });
    await client.deprovisionUsers('b-2', { ...removal, dryRun: true });
    expect(calls.slice(1)).toMatchObject([
      ['deprovisionUsers', { workflowId: 'deprovision-users/z-1/b-1', staticSummary: 'Remove 2 user syncs' }],
      ['deprovisionUsers', { staticSummary: 'Look up 2 user syncs to be removed' }],
    ]);
  });

  test('names every fault before anything is started', async () => {
    const { client, calls } = fakeServer({});
    const wrong = { zoneId: 'z 1', items: [{ ...ITEM, duplicationStrategy: 'TakeOver' as const }] };
    await expect(client.provisionUsers('b/1', wrong)).rejects.toMatchObject({
      name: 'InvalidInputError',
      faults: [
        'batchId must not contain "/"',
        'zoneId must not contain white space or control characters',
        expect.stringContaining('items[0].duplicationStrategy is TakeOver') as string,
      ],
    });
    await expect(client.deprovisionUsers('b-1', { zoneId: 'z-1', items: [] })).rejects.toMatchObject({
      faults: ['items must be a non-empty array'],
    });
    expect(calls).toEqual([]);
  });

  test('refuses more than a payload holds, and says where it goes', async () => {
    const { client, calls } = fakeServer({});
    const items = Array.from({ length: 15_000 }, (_, index) => ({ ...ITEM, principalId: `u-${index}` }));
    const input = { zoneId: 'z-1', items };
    const bytes = Buffer.byteLength(JSON.stringify(input));
    expect(bytes).toBeGreaterThan(MAX_INPUT_BYTES);
    await expect(client.provisionUsers('b-1', input)).rejects.toMatchObject({
      faults: [
        `input must have at most 1500000 bytes of JSON, got ${bytes}: put the items into a file and name it in itemsFile`,
      ],
    });
    expect(calls).toEqual([]);
    const itemsFile = { name: 'items.jsonl', sha256: '0'.repeat(64), count: 15_000 };
    await client.provisionUsers('b-1', { zoneId: 'z-1', itemsFile });
    expect(calls).toMatchObject([['provisionUsers', { staticSummary: 'Start 15000 user syncs' }]]);
  });

  test('ids of batches are told apart from others', () => {
    expect(batchWorkflowId('deprovisionUsers', 'z-1', 'b-1')).toBe('deprovision-users/z-1/b-1');
    expect(parseBatchWorkflowId('deprovision-users/z-1/b-1')).toEqual({
      kind: 'deprovisionUsers',
      zoneId: 'z-1',
      batchId: 'b-1',
    });
    for (const id of ['provisioning-task/z-1/t-1', 'provision-users/z-1', 'provision-users/z-1/b-1/part-0', '']) {
      expect(parseBatchWorkflowId(id)).toBeUndefined();
    }
  });
});

describe('the lines of the report', () => {
  const lines = (from: number, count: number): ReportLine[] =>
    Array.from({ length: count }, (_, index) => ({ index: from + index, outcome: 'Succeeded', attempts: 1 }));

  const running = { status: 'RUNNING', progress: PROGRESS };

  test('are asked of a batch that runs, and are in the result of one that has ended', async () => {
    const { client, calls } = fakeServer({
      [ID]: { ...running, lines: lines(0, 3) },
      ended: { progress: PROGRESS, result: () => ({ lines: lines(0, 2) }) },
    });
    await expect(collected(client.lines(ID))).resolves.toEqual(lines(0, 3));
    expect(calls).toEqual([[ID, { offset: 0, limit: PART_SIZE }]]);
    await expect(collected(client.lines('ended'))).resolves.toEqual(lines(0, 2));
    expect(calls.length).toBe(1);
  });

  test('of a large batch are in the memos of the parts that have ended, and are asked of the others, page by page', async () => {
    const { client, calls } = fakeServer({
      [ID]: { progress: { ...PROGRESS, parts: ['a', 'b', 'c'] } },
      a: { memo: { lines: lines(0, 2) } },
      b: { ...running, lines: lines(2, PART_SIZE) },
      c: { status: 'CANCELED', memo: { lines: lines(PART_SIZE + 2, 1) } },
    });
    await expect(collected(client.lines(ID))).resolves.toEqual(lines(0, PART_SIZE + 3));
    expect(calls).toEqual([
      ['b', { offset: 0, limit: PART_SIZE }],
      ['b', { offset: PART_SIZE, limit: PART_SIZE }],
    ]);
  });
});

describe('steering', () => {
  test('sends the messages of the contract', async () => {
    const { client, calls } = fakeServer({ [ID]: { status: 'RUNNING', retried: 7 } });
    await client.pause(ID, { reason: 'maintenance' });
    await client.resume(ID);
    await client.cancel(ID);
    await expect(client.retryFailed(ID)).resolves.toBe(7);
    expect(calls).toEqual([
      ['signal', 'pause', { reason: 'maintenance' }],
      ['signal', 'resume'],
      ['cancel'],
      ['update', 'retryFailed'],
    ]);
    await expect(client.pause(ID, { reason: '' })).rejects.toMatchObject({ name: 'InvalidInputError' });
  });

  test('tells a batch that has ended from one that never was', async () => {
    const { client } = fakeServer({ [ID]: { status: 'COMPLETED' } });
    await expect(client.cancel(ID)).rejects.toMatchObject({ name: 'BatchEndedError' });
    await expect(client.resume('provision-users/z-1/b-2')).rejects.toMatchObject({ name: 'BatchNotFoundError' });
    await expect(client.progress('provision-users/z-1/b-2')).rejects.toMatchObject({ name: 'BatchNotFoundError' });
  });
});

describe('waiting', () => {
  const report = { ...PROGRESS, phase: 'Completed', endedAt: '2026-03-01T12:00:05.000Z', durationSeconds: 5 };

  test('brings the report', async () => {
    const { client } = fakeServer({ [ID]: { result: () => report } });
    await expect(client.waitForReport(ID)).resolves.toEqual({ kind: 'ended', report });
    await expect(client.waitForReport('provision-users/z-1/b-2')).rejects.toMatchObject({
      name: 'BatchNotFoundError',
    });
  });

  test('brings the report of a cancelled batch, which its memo has', async () => {
    const cancelled = failing(new CancelledFailure('cancelled'));
    const outcome = { ...report, phase: 'Cancelled' };
    const lines: ReportLine[] = [{ index: 0, outcome: 'NotStarted', attempts: 0 }];
    const { client } = fakeServer({
      [ID]: { result: cancelled, memo: { outcome, lines } },
      large: { result: cancelled, memo: { outcome: { ...outcome, parts: ['a'] } } },
      early: { result: cancelled },
    });
    await expect(client.waitForReport(ID)).resolves.toEqual({ kind: 'ended', report: { ...outcome, lines } });
    await expect(client.waitForReport('large')).resolves.toEqual({
      kind: 'ended',
      report: { ...outcome, parts: ['a'] },
    });
    await expect(client.waitForReport('early')).resolves.toEqual({
      kind: 'stopped',
      reason: 'it was cancelled before it began',
    });
  });

  test('tells why there is no report', async () => {
    const refused = ApplicationFailure.nonRetryable('Invalid input: …', INVALID_INPUT_TYPE, 'a is wrong', 'so is b');
    const { client } = fakeServer({
      [ID]: { result: failing(refused) },
      killed: { result: failing(new Error('terminated by ops')) },
    });
    await expect(client.waitForReport(ID)).resolves.toEqual({ kind: 'stopped', reason: 'a is wrong; so is b' });
    await expect(client.waitForReport('killed')).resolves.toEqual({ kind: 'stopped', reason: 'terminated by ops' });
  });

  test('ends with its timeout or signal, with the progress where a worker answers', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const { client } = fakeServer({ [ID]: { result: never, progress: PROGRESS }, alone: { result: never } });
    const signal = AbortSignal.abort();
    await expect(client.waitForReport(ID, { timeoutMs: 1 })).resolves.toEqual({ kind: 'waiting', progress: PROGRESS });
    await expect(client.waitForReport('alone', { signal })).resolves.toEqual({ kind: 'waiting' });
  });
});

describe('reading user syncs', () => {
  test('goes on until there are no more', async () => {
    const other = { ...SYNC, userProvisioningId: 'up-2' };
    const { client, calls } = fakeServer({}, [
      () => ({ syncs: [SYNC], nextToken: 'more' }),
      () => ({ syncs: [other] }),
    ]);
    await expect(collected(client.readUserSyncs({ zoneId: 'z-1' }))).resolves.toEqual([SYNC, other]);
    const options = {
      workflowId: expect.stringMatching(/^read-user-syncs\/z-1\/[\da-f-]{36}$/) as string,
      taskQueue: 'provisioning',
      workflowExecutionTimeout: 120_000,
    };
    expect(calls).toEqual([
      ['readUserSyncs', { ...options, args: [{ zoneId: 'z-1' }] }],
      ['readUserSyncs', { ...options, args: [{ zoneId: 'z-1', nextToken: 'more' }] }],
    ]);
  });

  test.each<[string, Error, object]>([
    [
      'a refusal of the cloud',
      ApplicationFailure.nonRetryable('FailedOperation.ZoneIdNotExist: no such zone', READ_REFUSED_TYPE),
      {
        name: 'UserSyncsUnreadableError',
        message:
          'The user syncs of zone z-1 could not be read: FailedOperation.ZoneIdNotExist: no such zone. See what keeps the worker with "provisioning doctor"',
      },
    ],
    [
      'an input that is refused',
      ApplicationFailure.nonRetryable('Invalid input: …', INVALID_INPUT_TYPE, 'keys[0].principalId is wrong'),
      { name: 'InvalidInputError', faults: ['keys[0].principalId is wrong'] },
    ],
    [
      'no worker',
      new TimeoutFailure('timed out', undefined, TimeoutType.START_TO_CLOSE),
      {
        name: 'NoAnswerError',
        message: expect.stringMatching(/^No worker answered within 120 s: start one/) as string,
      },
    ],
  ])('says what to do after %s', async (_, cause, expected) => {
    const { client } = fakeServer({}, [failing(cause)]);
    await expect(collected(client.readUserSyncs({ zoneId: 'z-1', keys: [ITEM] }))).rejects.toMatchObject(expected);
  });
});
