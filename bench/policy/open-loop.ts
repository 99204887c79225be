import { createRandom } from '../random';

import type { Durations, Random } from './durations';
import { EventQueue } from './event-queue';
import { Observations } from './observations';
import { Population } from './population';

/** Seconds to wait after so many calls. */
export type OpenSchedule = (calls: number, random: Random) => number;

/** Schedules of others, each task for itself, in the words of the chart. */
export const PEER_SCHEDULES: Record<string, OpenSchedule> = {
  'bare loop, 1 s': () => 1,
  'Terraform, 0.5 to 10 s': (calls) => Math.min(10, 0.5 * 2 ** (calls - 1)),
  'util-waiter, 2 to 120 s': (calls, random) => (calls > 6 ? 120 : 2 + random() * (2 * 2 ** (calls - 1) - 2)),
};

/** A simulation of waits that do not know each other. */
export interface OpenLoop {
  tasks: number;
  /** What the cloud answers in one second of its clock; it throttles the rest. */
  quotaPerSecond: number;
  schedule: OpenSchedule;
  durations: Durations;
  roundTripMs: readonly [number, number];
  /** About the time between two calls of a task that are answered. */
  gapSeconds: number;
  warmUpSeconds: number;
  measuredSeconds: number;
  seed: number;
}

/** Lets each wait call as its schedule says. A throttled call costs it nothing but the answer. */
export function simulateOpenLoop(options: OpenLoop): Observations {
  const { quotaPerSecond, schedule, durations, gapSeconds, warmUpSeconds, measuredSeconds } = options;
  const random = createRandom(options.seed);
  const tasks = new Population(options.tasks, durations, random, gapSeconds);
  const seen = new Observations(warmUpSeconds * 1000);
  const untilMs = (warmUpSeconds + measuredSeconds) * 1000;
  const answered: number[] = [];
  const waits = new EventQueue();
  const [least, most] = options.roundTripMs;
  const oneWayMs = (): number => (least + random() * (most - least)) / 2;

  for (let task = 0; task < tasks.size; task += 1) {
    // As many calls ago as its age makes likely: beyond the growth of the schedule, unless it has just begun.
    const age = -(tasks.startedMs[task] ?? 0) / 1000;
    let calls = 1;
    for (let at = 0; at < age && calls < 1000; calls += 1) at += schedule(calls, random);
    tasks.calls[task] = calls;
    waits.push(random() * schedule(calls, random) * 1000, task);
  }
  for (;;) {
    const atMs = waits.nextAt;
    const task = waits.pop();
    if (task === undefined || atMs >= untilMs) return seen;
    const arrivalMs = atMs + oneWayMs();
    const answeredMs = arrivalMs + oneWayMs();
    const calls = (tasks.calls[task] = (tasks.calls[task] ?? 0) + 1);
    const second = Math.floor(arrivalMs / 1000);
    const isAnswered = (answered[second] ?? 0) < quotaPerSecond;
    seen.called(atMs, arrivalMs, NaN);
    if (isAnswered) answered[second] = (answered[second] ?? 0) + 1;
    else seen.refused(atMs);
    const endsMs = tasks.endsMs[task] ?? 0;
    if (isAnswered && endsMs <= arrivalMs) {
      seen.ended(answeredMs, endsMs);
      tasks.replace(task, answeredMs);
      waits.push(answeredMs, task);
    } else {
      waits.push(answeredMs + schedule(calls, random) * 1000, task);
    }
  }
}
