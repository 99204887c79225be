import { setTimeout as delay } from 'node:timers/promises';

import { FollowEndedError, NoAnswerError, type ProvisioningClient } from '../../src/client';

import { planFollow, ZONE, type PlannedFollow, type Step } from './plan';
import type { SoakWorld } from './world';

/** Follows that come one after another. */
export interface Flow {
  follows: PlannedFollow[];
  /** Questions and updates that no worker answered in time: theirs was killed. */
  unanswered(): number;
  /**
   * Starts no more, and waits until every step was made.
   *
   * @throws what kept a follow from being started or steered
   */
  stop(): Promise<void>;
}

/** Followed from the beginning to the end, so that each of them goes through every version. */
const STANDING = 5;
/** A task without an end of its own. */
const ENDLESS = { answers: [{ status: 'InProgress' }] };
const CHECK_TIMEOUT_MS = 40_000;

/** Starts follows at a steady rate, and does with each what is planned. */
export function startFlow(world: SoakWorld, random: () => number, perSecond: number): Flow {
  const { client, emulator } = world;
  const follows: PlannedFollow[] = [];
  const stop = new AbortController();
  const steps: Promise<void>[] = [];
  let unanswered = 0;
  let failure: Error | undefined;

  const note = (error: Error): void => void (failure ??= error);
  const act = async (taskId: string, { afterSeconds, act: what }: Step): Promise<void> => {
    await delay(afterSeconds * 1000);
    try {
      await STEPS[what](client, taskId);
    } catch (error) {
      if (error instanceof NoAnswerError) unanswered += 1;
      else if (!(error instanceof FollowEndedError)) throw error;
    }
  };
  const begin = async (planned: PlannedFollow): Promise<void> => {
    follows.push(planned);
    const { taskId, script, input } = planned;
    emulator.setTask(ZONE, taskId, script);
    await client.follow(input);
    steps.push(...planned.steps.map((step) => act(taskId, step).catch(note)));
  };
  const standing = Array.from({ length: STANDING }, (_, i): PlannedFollow => {
    const taskId = `standing-${i}`;
    const polling = { minIntervalSeconds: 1, maxIntervalSeconds: 1 };
    return { taskId, script: ENDLESS, input: { zoneId: ZONE, taskId, polling }, steps: [], ends: ['Succeeded'] };
  });
  const run = async (): Promise<void> => {
    await Promise.all(standing.map(begin));
    for (let index = 0; !stop.signal.aborted; index += 1) {
      await begin(planFollow(random, index));
      await delay(1000 / perSecond, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const running = run().catch(note);
  return {
    follows,
    unanswered: () => unanswered,
    async stop() {
      stop.abort();
      await running;
      await Promise.all(steps);
      for (const { taskId } of standing) emulator.setTask(ZONE, taskId, {});
      if (failure) throw failure;
    },
  };
}

const STEPS: Record<Step['act'], (client: ProvisioningClient, taskId: string) => Promise<unknown>> = {
  pause: (client, taskId) => client.pause(ZONE, taskId, { reason: 'the soak' }),
  resume: (client, taskId) => client.resume(ZONE, taskId),
  cancel: (client, taskId) => client.cancel(ZONE, taskId),
  checkNow: (client, taskId) => client.checkNow(ZONE, taskId, { timeoutMs: CHECK_TIMEOUT_MS }),
  status: (client, taskId) => client.status(ZONE, taskId),
};
