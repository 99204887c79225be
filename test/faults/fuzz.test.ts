import fc from 'fast-check';

import type { ErrorClass, ProvisioningSnapshot } from '../../src/contract';
import { TencentCloudError } from '../../src/tencent';
import { toSnapshot } from '../../src/workflows/snapshot';
import { applyCheck, initialState, type CheckResult } from '../../src/workflows/task-state';
import { clientOf, closeAll, serve } from '../tencent/calls';

const ANSWERS = 5_000;
const AT = '2026-03-20T12:00:00.000Z';

/** An answer of the server, as bytes on the wire. */
interface WireAnswer {
  httpStatus: number;
  headers: Record<string, string>;
  body: string;
}

/** Halves of surrogate pairs, alone or together, and what is far too long. */
const illFormed = fc.oneof(
  fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a', '\u0000') }),
  fc.constantFrom('x'.repeat(300), 'y'.repeat(20_000), 'z'.repeat(300_000)),
);
const statuses = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('Success', 'Failed', 'InProgress') },
  illFormed,
  fc.constantFrom('success', 'Succeeded', ' Success', 'Success\n', ''),
  fc.string(),
);
const anything = fc.anything({ maxDepth: 2, withBigInt: false });
const taskStatus = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ Status: statuses, TaskId: fc.string(), FailureReason: fc.oneof(fc.string(), illFormed) }),
  },
  { weight: 2, arbitrary: fc.record({ Status: anything, TaskType: anything }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: anything },
);
const error = fc.oneof(
  fc.record({
    Code: fc.oneof(
      fc.constantFrom('InternalError', 'LimitExceeded', 'RequestLimitExceeded', 'AuthFailure.MFAFailure', '__proto__'),
      fc.string(),
      illFormed,
    ),
    Message: fc.oneof(fc.string(), illFormed),
  }),
  anything,
);
const envelope = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      Response: fc.record({ TaskStatus: taskStatus, RequestId: fc.oneof(fc.uuid(), anything) }, { requiredKeys: [] }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ Response: fc.record({ Error: error, TaskStatus: taskStatus }) }) },
  { weight: 1, arbitrary: fc.record({ Response: anything, TaskStatus: taskStatus }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: anything },
);
const text = envelope.map((value) => JSON.stringify(value) ?? '');
const body = fc.oneof(
  { weight: 8, arbitrary: text },
  // Cut anywhere.
  { weight: 2, arbitrary: fc.tuple(text, fc.nat(200)).map(([whole, length]) => whole.slice(0, length)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constant('<html>{"Response":{"TaskStatus":{"Status":"Success"}}}</html>') },
);
const wireAnswer: fc.Arbitrary<WireAnswer> = fc.record({
  httpStatus: fc.oneof({ weight: 5, arbitrary: fc.constant(200) }, fc.integer({ min: 201, max: 599 })),
  headers: fc.oneof(
    fc.constant({}),
    fc.record({ 'Retry-After': fc.stringMatching(/^[ -~]{1,12}$/) }),
    fc.record({ Date: fc.stringMatching(/^[ -~]{1,30}$/) }),
  ),
  body,
});

/** What the server meant, read by rules of its own: the status it gave, when it gave one and nothing else. */
function meantStatus({ httpStatus, body: sent }: WireAnswer): unknown {
  if (httpStatus >= 300 && httpStatus < 400) return undefined;
  // It carries no body on the wire.
  if (httpStatus === 204) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(sent);
  } catch {
    return undefined;
  }
  const response = field(parsed, 'Response');
  const refusal = field(response, 'Error');
  return refusal === undefined || refusal === null ? field(field(response, 'TaskStatus'), 'Status') : undefined;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): unknown => unhandled.push(reason);
beforeAll(() => process.on('unhandledRejection', onUnhandled));
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await closeAll();
});

test('5,000 random answers: a success only where the server meant one, and never an error without a class', async () => {
  let next: WireAnswer = { httpStatus: 200, headers: {}, body: '' };
  const fake = await serve((response) => {
    for (const [name, value] of Object.entries(next.headers)) response.setHeader(name, value);
    response.writeHead(next.httpStatus).end(next.body);
  });
  const client = clientOf(fake.endpoint);
  const polling = { initialDelaySeconds: 0, minIntervalSeconds: 1, maxIntervalSeconds: 30, ageFraction: 0.1 };
  const deadlineAt = '2026-03-21T12:00:00.000Z';
  const input = { zoneId: 'z', taskId: 't', startedAt: AT, deadlineAt, polling, notFoundGraceSeconds: 60 };
  const fresh = initialState(input, Date.parse(AT));
  const phases: Record<string, number> = {};

  await fc.assert(
    fc.asyncProperty(wireAnswer, async (answer) => {
      next = answer;
      const result = await client.getProvisioningTaskStatus({ zoneId: 'z', taskId: 't' }).then(
        (given): CheckResult => ({ answer: given }),
        (reason: unknown): CheckResult => {
          // Whatever else came out would fail the activity in a way that no class describes.
          if (!(reason instanceof TencentCloudError)) throw reason;
          const { code, message, errorClass } = reason;
          expect(code).not.toBe('');
          expect(typeof message).toBe('string');
          return { error: { code, message }, errorClass: errorClass satisfies ErrorClass };
        },
      );
      const state = applyCheck(fresh, result, AT);
      const { phase, status }: ProvisioningSnapshot = state;
      // What goes to Temporal must survive its wire, and fit.
      const text = JSON.stringify([result, toSnapshot(state)]);
      expect(text.length).toBeLessThan(60_000);
      expect(text).not.toMatch(/\\ud[89a-f]/i);
      phases[phase] = (phases[phase] ?? 0) + 1;
      const meant = meantStatus(answer);
      expect(phase === 'Succeeded').toBe(meant === 'Success');
      expect(phase === 'Failed').toBe(meant === 'Failed');
      const isStatus =
        typeof meant === 'string' && meant !== '' && meant.length <= 128 && !/\p{Surrogate}/u.test(meant);
      expect(status).toBe(isStatus ? meant : undefined);
    }),
    { numRuns: ANSWERS, seed: 20260320 },
  );

  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  // The answers must have been such that both could go wrong.
  expect(phases.Succeeded).toBeGreaterThan(100);
  expect(phases.Polling).toBeGreaterThan(1_000);
}, 120_000);
