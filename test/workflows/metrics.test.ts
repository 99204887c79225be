import { QUERIES, type ProvisioningOutcome } from '../../src/contract';

import {
  cloudError,
  createTimeSkippingWorld,
  every,
  IN_PROGRESS,
  SUCCESS,
  type Script,
  type TimeSkippingWorld,
} from './time-skipping';

describe('what the metrics tell of follows', () => {
  let world: TimeSkippingWorld;

  beforeAll(async () => {
    world = await createTimeSkippingWorld();
  });

  afterAll(() => world.close());

  /** The value of a sample; NaN when there is none. */
  async function valueOf(sample: string): Promise<number> {
    const line = (await world.metrics()).split('\n').find((each) => each.startsWith(`${sample} `));
    return Number(line?.slice(sample.length + 1) ?? NaN);
  }

  const ended = (ending: string): Promise<number> => valueOf(`provisioning_follow_endings_total{ending="${ending}"}`);
  const delays = async (): Promise<[count: number, sum: number]> => [
    await valueOf('provisioning_detection_delay_seconds_count'),
    await valueOf('provisioning_detection_delay_seconds_sum'),
  ];

  /** Follows to the end, and tells what that added to the metrics. */
  async function follow(script: Script): Promise<{ outcome: ProvisioningOutcome; added: unknown }> {
    const [count, sum] = await delays();
    const { outcome, handle } = await world.follow(script, { ...every(60), notFoundGraceSeconds: 0 });
    if (!outcome) throw new Error('no outcome');
    // Whoever asks an ended follow has it replayed.
    await handle.query(QUERIES.status);
    const [laterCount, laterSum] = await delays();
    return { outcome, added: { delays: laterCount - count, seconds: Math.round((laterSum - sum) * 1000) / 1000 } };
  }

  test('an ending counts once, with the time between the last answer that it goes on and the one of its end', async () => {
    const before = await ended('Succeeded');
    const { outcome, added } = await follow([IN_PROGRESS, IN_PROGRESS, cloudError('InternalError'), SUCCESS]);
    expect((await ended('Succeeded')) - before).toBe(1);
    const [going, , over] = outcome.observations;
    expect([going?.status, over?.status]).toEqual(['InProgress', 'Success']);
    // The second answer was no change, so no observation: it came a minute after the first.
    const sinceFirst = (Date.parse(over?.at ?? '') - Date.parse(going?.at ?? '')) / 1000;
    expect(added).toEqual({ delays: 1, seconds: expect.any(Number) as number });
    const { seconds } = added as { seconds: number };
    expect(seconds).toBeGreaterThanOrEqual(120);
    expect(seconds).toBeLessThanOrEqual(sinceFirst - 60);
  });

  test('an end that the first answer tells has no delay', async () => {
    const before = await ended('Failed');
    const { added } = await follow([{ status: 'Failed' }]);
    expect([(await ended('Failed')) - before, added]).toEqual([1, { delays: 0, seconds: 0 }]);
  });

  test('nor has an ending that is not the cloud’s', async () => {
    const before = await ended('Rejected');
    const { added } = await follow([IN_PROGRESS, cloudError('FailedOperation.ZoneIdNotExist')]);
    expect([(await ended('Rejected')) - before, added]).toEqual([1, { delays: 0, seconds: 0 }]);
  });
});
