import { DEMO_ACCOUNT, type Answer, type EmulatorAccount } from '../../emulator';
import type { ProvisioningSnapshot } from '../../src/contract';
import { ERROR_TABLE, type Credentials, type CredentialSource, type ErrorEntry } from '../../src/tencent';
import { every, timerSeconds, upsertsIn } from '../workflows/time-skipping';

import { createFaultsWorld, IN_PROGRESS, SUCCESS, type FaultsWorld } from './faults-world';

const MESSAGE = 'said the cloud';
const SECOND_KEY: EmulatorAccount = { secretId: 'AKIDsecond', secretKey: 'second-key' };

/** Every code that the cloud can answer, one that nobody knows, and unlisted sub-codes. */
const UNLISTED: Pick<ErrorEntry, 'code' | 'errorClass'>[] = [
  { code: 'NeverSeen.Before', errorClass: 'unknown' },
  { code: 'FailedOperation.SomethingNew', errorClass: 'unknown' },
  { code: 'InternalError.DbError', errorClass: 'transient' },
];
const cloudEntries = [...ERROR_TABLE.flatMap(({ entries }) => entries), ...UNLISTED].filter(
  ({ code }) => !code.startsWith('ClientError.'),
);

function codesOf(...classes: ErrorEntry['errorClass'][]): string[] {
  const codes = cloudEntries.filter(({ errorClass }) => classes.includes(errorClass)).map(({ code }) => code);
  covered.push(...codes);
  return codes;
}

function refusal(code: string): Answer {
  return { error: { code, message: MESSAGE } };
}

/** Has another key for who asks for one. */
function rotating(): CredentialSource {
  let key: Credentials = DEMO_ACCOUNT;
  return {
    description: 'a rotating test',
    get: () => Promise.resolve(key),
    renew: () => {
      key = SECOND_KEY;
      return Promise.resolve(key);
    },
  };
}

const covered: string[] = [];

describe('every code of the API, through emulator, activity and workflow', () => {
  let world: FaultsWorld;

  beforeAll(async () => {
    world = await createFaultsWorld();
    world.emulator.setAccounts([DEMO_ACCOUNT, SECOND_KEY]);
  }, 60_000);
  afterAll(() => world.close());

  /** Follows with one poll in ten seconds, and returns the snapshot after the first poll too. */
  async function followEveryTenSeconds(
    answers: Answer[],
    credentials?: CredentialSource,
  ): Promise<Awaited<ReturnType<FaultsWorld['follow']>> & { first: ProvisioningSnapshot | undefined }> {
    let first: ProvisioningSnapshot | undefined;
    const run = await world.follow({
      answers,
      input: every(10),
      ...(credentials && { credentials }),
      meanwhile: async ({ polled, status }) => {
        await polled(1);
        first = await status();
      },
    });
    return { ...run, first };
  }

  test.each(codesOf('transient'))('%s is ridden out', async (code) => {
    const { outcome, seen, first, events } = await followEveryTenSeconds([
      refusal(code),
      refusal(code),
      IN_PROGRESS,
      SUCCESS,
    ]);
    expect(seen).toEqual([
      [0, code],
      [10, code],
      [20, 'InProgress'],
      [30, 'Success'],
    ]);
    expect(first).toMatchObject({
      phase: 'Polling',
      polls: 1,
      degradedBy: { code, message: MESSAGE, httpStatus: 200, count: 1, since: first?.lastPolledAt },
      lastRequestId: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    });
    expect(first).not.toHaveProperty('blockedBy');
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4 });
    expect(outcome).not.toHaveProperty('degradedBy');
    expect(upsertsIn(events).map(({ phase, errorCode }) => [phase, errorCode])).toEqual([
      ['Polling', null],
      ['Polling', code],
      ['Polling', null],
      ['Succeeded', null],
    ]);
  });

  const waits: Record<string, number> = {
    RequestLimitExceeded: 1,
    'RequestLimitExceeded.UinLimitExceeded': 5,
    'RequestLimitExceeded.IPLimitExceeded': 5,
    'RequestLimitExceeded.GlobalRegionUinLimitExceeded': 5,
  };

  test.each(codesOf('throttled'))('%s is ridden out, after a wait of its own', async (code) => {
    const { outcome, seen, events } = await world.follow({
      answers: [...Array.from({ length: 8 }, () => refusal(code)), SUCCESS],
      // As fast as the quota allows: only the throttle makes it wait.
      input: { polling: { ageFraction: 0, minIntervalSeconds: 0.1, maxIntervalSeconds: 60 } },
    });
    expect(seen.map(([, answered]) => answered)).toEqual([...Array<string>(8).fill(code), 'Success']);
    const asked = events.flatMap((event) => timerSeconds(event) ?? []);
    expect(asked).toHaveLength(8);
    const wait = waits[code] ?? NaN;
    for (const seconds of asked) {
      expect(seconds).toBeGreaterThanOrEqual(wait);
      expect(seconds).toBeLessThanOrEqual(2 * wait);
    }
    expect(new Set(asked.map((seconds) => seconds.toFixed(2))).size).toBeGreaterThan(4);
    expect(outcome?.phase).toBe('Succeeded');
    expect(upsertsIn(events).map(({ phase }) => phase)).toEqual(['Polling', 'Polling', 'Succeeded']);
  });

  test.each(codesOf('throttled'))('%s makes nobody poll faster than the schedule', async (code) => {
    const { seen, first } = await followEveryTenSeconds([refusal(code), refusal(code), SUCCESS]);
    expect(seen.map(([second]) => second)).toEqual([0, 10, 20]);
    expect(first).toMatchObject({
      phase: 'Polling',
      degradedBy: { code, count: 1, retryAfterSeconds: waits[code] },
    });
  });

  test.each(codesOf('healing'))('%s is healed and sent again in the same poll', async (code) => {
    const { outcome, seen, first } = await followEveryTenSeconds([refusal(code), IN_PROGRESS, SUCCESS], rotating());
    expect(seen).toEqual([
      [0, code],
      [0, 'InProgress'],
      [10, 'Success'],
    ]);
    expect(first).toMatchObject({ phase: 'Polling', status: 'InProgress', polls: 1 });
    expect(first).not.toHaveProperty('lastError');
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 2 });
    expect(outcome?.observations.map(({ status, errorCode }) => status ?? errorCode)).toEqual([
      'InProgress',
      'Success',
    ]);
  });

  test.each(codesOf('healing'))('%s that does not heal waits for a person', async (code) => {
    const resent = code === 'AuthFailure.SignatureExpire';
    const answers = [...Array.from({ length: resent ? 4 : 2 }, () => refusal(code)), SUCCESS];
    const { outcome, seen, first, events } = await followEveryTenSeconds(answers);
    // A clock can always be read anew; a source that has no other key is not worth a second call.
    expect(seen).toEqual(
      [0, 300]
        .flatMap((second) => Array.from({ length: resent ? 2 : 1 }, () => [second, code]))
        .concat([[600, 'Success']]),
    );
    expect(first).toMatchObject({
      phase: 'Blocked',
      blockedBy: { code, message: MESSAGE, since: first?.lastPolledAt },
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 3 });
    expect(upsertsIn(events).map(({ phase }) => phase)).toEqual(['Polling', 'Blocked', 'Succeeded']);
  });

  test.each(codesOf('needsPerson'))('%s waits for a person, with advice', async (code) => {
    const { outcome, seen, first, events } = await followEveryTenSeconds([refusal(code), refusal(code), SUCCESS]);
    expect(seen).toEqual([
      [0, code],
      [300, code],
      [600, 'Success'],
    ]);
    const advice = cloudEntries.find((entry) => entry.code === code) as ErrorEntry;
    expect(first).toMatchObject({
      phase: 'Blocked',
      blockedBy: { code, message: MESSAGE, advice: advice.advice, since: first?.lastPolledAt },
    });
    expect(first).not.toHaveProperty('degradedBy');
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 3 });
    expect(outcome).not.toHaveProperty('blockedBy');
    expect(upsertsIn(events).map(({ phase, errorCode }) => [phase, errorCode])).toEqual([
      ['Polling', null],
      ['Blocked', code],
      ['Succeeded', null],
    ]);
  });

  test.each(codesOf('permanent'))('%s ends the follow at once', async (code) => {
    const { outcome, failure, seen } = await world.follow({ answers: [refusal(code), SUCCESS] });
    expect(seen).toEqual([[0, code]]);
    expect(failure?.type).toBe('ProvisioningRejected');
    expect(outcome).toMatchObject({ phase: 'Rejected', polls: 1, lastError: { code, message: MESSAGE } });
    expect(failure?.message).toMatch(
      new RegExp(
        `^Task ${outcome?.taskId} of zone z-skipping cannot be followed: ${code}: ${MESSAGE} \\(request id [\\da-f-]{36}\\)\\. .+`,
      ),
    );
  });

  const missing = codesOf('notFound');

  test.each(missing)('%s within the grace is waited out', async (code) => {
    const { outcome, seen, first } = await followEveryTenSeconds([
      refusal(code),
      refusal(code),
      refusal(code),
      IN_PROGRESS,
      SUCCESS,
    ]);
    expect(seen.map(([second]) => second)).toEqual([0, 10, 20, 30, 40]);
    expect(first).toMatchObject({ phase: 'Polling', lastError: { code } });
    expect(first).not.toHaveProperty('degradedBy');
    expect(outcome?.phase).toBe('Succeeded');
  });

  test.each(missing)('%s after the grace ends the follow', async (code) => {
    const { outcome, failure, seen } = await followEveryTenSeconds([refusal(code)]);
    expect(seen.map(([second]) => second)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(failure?.type).toBe('ProvisioningTaskNotFound');
    expect(outcome).toMatchObject({ phase: 'NotFound', lastError: { code } });
  });

  test.each(missing)('%s of a task that was seen ends the follow as vanished', async (code) => {
    const { outcome, failure, seen } = await followEveryTenSeconds([IN_PROGRESS, refusal(code)]);
    expect(seen.map(([second]) => second)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
    expect(failure?.type).toBe('ProvisioningTaskVanished');
    expect(outcome).toMatchObject({ phase: 'Vanished', status: 'InProgress', lastError: { code } });
  });

  const unknown = codesOf('unknown');

  test.each(unknown)('%s is ridden out for half an hour, then told verbatim', async (code) => {
    const { outcome, failure, seen } = await world.follow({ answers: [refusal(code)], input: every(600) });
    expect(seen).toEqual([
      [0, code],
      [600, code],
      [1200, code],
      [1800, code],
    ]);
    expect(failure?.type).toBe('ProvisioningRejected');
    expect(failure?.message).toContain(`cannot be followed: ${code}: ${MESSAGE} (request id `);
    expect(outcome).toMatchObject({ phase: 'Rejected', lastError: { code }, degradedBy: { code, count: 4 } });
  });

  test.each(unknown)('%s that passes within half an hour does no harm', async (code) => {
    const { outcome, seen, first } = await followEveryTenSeconds([refusal(code), refusal(code), SUCCESS]);
    expect(seen.map(([second]) => second)).toEqual([0, 10, 20]);
    expect(first).toMatchObject({ phase: 'Polling', degradedBy: { code, count: 1 } });
    expect(outcome?.phase).toBe('Succeeded');
  });

  test('none was left out', () => {
    expect([...new Set(covered)].sort()).toEqual(cloudEntries.map(({ code }) => code).sort());
  });
});
