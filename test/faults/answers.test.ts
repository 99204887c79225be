import type { Answer } from '../../emulator';
import { every } from '../workflows/time-skipping';

import { createFaultsWorld, HTML, IN_PROGRESS, SUCCESS, type FaultsWorld } from './faults-world';

describe('what answers ask and say, through emulator, activity and workflow', () => {
  let world: FaultsWorld;

  beforeAll(async () => {
    world = await createFaultsWorld();
  }, 60_000);
  afterAll(() => world.close());

  describe('a wait that the server asks for', () => {
    test('is kept, within the longest interval', async () => {
      const busy = { httpStatus: 503, rawBody: HTML, headers: { 'Retry-After': '100' } };
      const { seen } = await world.follow({
        answers: [busy, SUCCESS],
        input: { polling: { minIntervalSeconds: 1, maxIntervalSeconds: 300 } },
      });
      const [, [second] = [NaN]] = seen;
      expect(second).toBeGreaterThanOrEqual(100);
      expect(second).toBeLessThanOrEqual(105);
    });

    test('is cut to the longest interval', async () => {
      const busy = { httpStatus: 503, rawBody: HTML, headers: { 'Retry-After': '86400' } };
      const { seen } = await world.follow({ answers: [busy, SUCCESS], input: every(30) });
      expect(seen.map(([second]) => second)).toEqual([0, 30]);
    });

    test('longer than is left is cut to the deadline, and told (T18)', async () => {
      const busy = { httpStatus: 503, rawBody: HTML, headers: { 'Retry-After': '1800' } };
      const { seen, failure, outcome } = await world.follow({
        answers: [busy],
        input: { deadlineSeconds: 900, polling: { maxIntervalSeconds: 3600 } },
      });
      expect(seen.map(([second]) => second)).toEqual([0, 900]);
      expect(outcome).toMatchObject({ phase: 'DeadlineExceeded', lastError: { retryAfterSeconds: 1800 } });
      expect(failure?.message).toContain('(no call wanted for 1800 s)');
    });

    test.each(['0', '-5', 'NaN', 'Fri, 01 Jan 2021 00:00:00 GMT'])('of %s is none (T39)', async (value) => {
      const busy = { httpStatus: 503, rawBody: HTML, headers: { 'Retry-After': value } };
      const { seen, outcome } = await world.follow({ answers: [busy, SUCCESS], input: every(10) });
      expect(seen.map(([second]) => second)).toEqual([0, 10]);
      expect(outcome?.phase).toBe('Succeeded');
    });
  });

  describe('what an answer says beside its status', () => {
    const unknownStatuses = async (): Promise<number> => {
      const [, count] = /^provisioning_unknown_statuses_total (\d+)$/m.exec(await world.metrics()) ?? [];
      return Number(count);
    };

    test('a success with a reason is a success, and the reason is kept (T47)', async () => {
      const { outcome } = await world.follow({ answers: [{ status: 'Success', failureReason: 'fielded' }] });
      expect(outcome).toMatchObject({ phase: 'Succeeded', status: 'Success', failureReason: 'fielded' });
    });

    test('a reason, type or id beyond all bounds is cut, and not well-formed text mended', async () => {
      const endless = 'x'.repeat(200_000);
      const { outcome, failure } = await world.follow({
        answers: [
          {
            body: {
              Response: {
                TaskStatus: { Status: 'Failed', FailureReason: `\udc00${endless}`, TaskType: endless, TaskId: endless },
                RequestId: endless,
              },
            },
          },
        ],
      });
      expect(failure?.type).toBe('ProvisioningFailed');
      const short = `${'x'.repeat(127)}…`;
      expect(outcome).toMatchObject({ taskType: short, answeredTaskId: short, lastRequestId: short });
      expect(outcome?.failureReason).toBe(`\ufffd${'x'.repeat(9_998)}…`);
    });

    test('another task id is recorded, and decides nothing', async () => {
      const { outcome } = await world.follow({ answers: [{ status: 'Success', taskId: 'z-dnsudniw' }] });
      expect(outcome).toMatchObject({ phase: 'Succeeded', answeredTaskId: 'z-dnsudniw' });
      const { outcome: plain } = await world.follow({ answers: [SUCCESS] });
      expect(plain).not.toHaveProperty('answeredTaskId');
    });

    test.each(['success', 'SUCCESS', ' Success', 'Success ', 'Succeeded', 'PartiallyFailed', 'failed'])(
      'the status %j is followed on, warned about once and counted (T53, T54)',
      async (status) => {
        const before = await unknownStatuses();
        const { outcome, seen, warnings } = await world.follow({
          answers: [{ status }, { status }, SUCCESS],
          input: every(10),
        });
        expect(seen.map(([second]) => second)).toEqual([0, 10, 20]);
        expect(outcome?.phase).toBe('Succeeded');
        expect(warnings).toEqual([{ message: 'The cloud answered a status that its page does not name', status }]);
        expect((await unknownStatuses()) - before).toBe(1);
      },
    );
  });

  test('an API that is away for ten minutes is ridden out, and the follow ends right after', async () => {
    let startMs = 0;
    const answers: Answer[] = [...Array<Answer>(20).fill(IN_PROGRESS), SUCCESS];
    const { outcome, seen } = await world.follow({
      answers,
      input: every(30),
      meanwhile: async ({ polled, sleep, status }) => {
        await sleep(31);
        await polled(2);
        startMs = Date.parse((await status()).startedAt);
        const outage = { fromMs: startMs + 45_000, toMs: startMs + 645_000 };
        world.emulator.setOutages([{ ...outage, answer: { httpStatus: 502, rawBody: HTML } }]);
        await sleep(300);
        const { phase, degradedBy, lastPolledAt, startedAt } = await status();
        expect(phase).toBe('Polling');
        expect(degradedBy).toMatchObject({ code: 'ClientError.HttpStatus', httpStatus: 502 });
        // The call at 60 s, for the server's clock runs while the worker works.
        const sinceSeconds = (Date.parse(degradedBy?.since ?? '') - Date.parse(startedAt)) / 1000;
        expect(sinceSeconds).toBeGreaterThanOrEqual(60);
        expect(sinceSeconds).toBeLessThan(90);
        expect(Date.parse(lastPolledAt ?? '')).toBeGreaterThan(startMs + 250_000);
      },
    });
    world.emulator.setOutages([]);
    expect(seen.map(([second]) => second)).toEqual(seen.map((_, i) => 30 * i));
    const bad = seen.filter(([, answered]) => answered === 'raw').map(([second]) => second);
    expect(bad).toEqual(Array.from({ length: 20 }, (_, i) => 60 + 30 * i));
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 41 });
    expect(outcome).not.toHaveProperty('degradedBy');
  });
});
