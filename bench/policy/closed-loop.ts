import { Pace } from '../../src/quota/pace';
import { createRandom } from '../random';

import type { Durations } from './durations';
import { EventQueue } from './event-queue';
import { Line } from './line';
import { Observations } from './observations';
import { Population } from './population';

/** Seconds to wait before the next poll. */
export type Schedule = (ageSeconds: number, taskId: string, pollNumber: number) => number;

/** A simulation of follows that share one queue and one pace. */
export interface ClosedLoop {
  /** How many tasks are followed at any time, for each zone. */
  tasksOfZones: readonly number[];
  /** What the pace is set to. */
  callsPerSecond: number;
  schedule: Schedule;
  durations: Durations;
  /** Shortest and longest time of a call; half of it, drawn for each way, until it reaches the cloud. */
  roundTripMs: readonly [number, number];
  /** From an answer to the ending, or to the next wait. */
  overheadMs: number;
  /** Time for the queue to find its length; nothing of it counts. */
  warmUpSeconds: number;
  measuredSeconds: number;
  /** Nobody makes calls in this time, counted from the end of the warm-up. */
  outage?: { atSeconds: number; seconds: number };
  seed: number;
}

/** What {@link simulateClosedLoop} found. */
export interface ClosedLoopResult extends Observations {
  /** From the end of the outage until the last of those waiting by then had its call. */
  backlogSeconds?: number;
}

/** Lets simulated time pass: waits, queue, turns, calls, answers, endings, and new tasks for those that ended. */
export function simulateClosedLoop(options: ClosedLoop): ClosedLoopResult {
  return new Loop(options).run();
}

class Loop {
  private readonly random;
  private readonly pace;
  private readonly tasks;
  private readonly zones: Uint8Array;
  private readonly line;
  private readonly waits = new EventQueue();
  private readonly seen: Observations & { backlogSeconds?: number };
  private readonly untilMs;
  private readonly outageFromMs;
  private readonly outageUntilMs;
  private backlog: number | undefined;

  constructor(private readonly options: ClosedLoop) {
    const { tasksOfZones, callsPerSecond, durations, outage } = options;
    this.random = createRandom(options.seed);
    this.pace = new Pace(callsPerSecond);
    this.line = new Line(tasksOfZones);
    this.zones = Uint8Array.from(tasksOfZones.flatMap((tasks, zone) => Array<number>(tasks).fill(zone)));
    this.tasks = new Population(
      this.zones.length,
      durations,
      this.random,
      (this.zones.length * this.pace.gapMs) / 1000,
    );
    const fromMs = options.warmUpSeconds * 1000;
    this.seen = new Observations(fromMs);
    this.untilMs = fromMs + options.measuredSeconds * 1000;
    this.outageFromMs = outage ? fromMs + outage.atSeconds * 1000 : Infinity;
    this.outageUntilMs = this.outageFromMs + (outage?.seconds ?? 0) * 1000;
  }

  run(): ClosedLoopResult {
    for (let task = 0; task < this.tasks.size; task += 1) this.waits.push(this.random() * this.waitMs(task, 0), task);
    let nowMs = 0;
    for (;;) {
      const turnMs = this.line.length > 0 ? this.turnMs(nowMs) : Infinity;
      nowMs = Math.min(turnMs, this.waits.nextAt);
      if (nowMs >= this.untilMs) return this.seen;
      // Who is due at the very instant of a turn stands in line already.
      if (this.waits.nextAt <= turnMs) this.queue(this.waits.pop());
      else this.call(this.line.shift(), turnMs);
    }
  }

  private turnMs(nowMs: number): number {
    const atMs = Math.max(nowMs, this.pace.nextMs());
    return atMs > this.outageFromMs && atMs < this.outageUntilMs ? this.outageUntilMs : atMs;
  }

  private queue(task = 0): void {
    this.line.push(task, this.zones[task] ?? 0);
  }

  private call(task = 0, atMs: number): void {
    const { tasks, seen } = this;
    const answered = this.pace.called(atMs);
    this.watchBacklog(atMs);
    const arrivalMs = atMs + this.oneWayMs();
    const answeredMs = arrivalMs + this.oneWayMs();
    // Before its time, but the pace looks at it only when a second's worth of calls later.
    answered(answeredMs);
    const toldMs = answeredMs + this.options.overheadMs;
    seen.called(atMs, arrivalMs, atMs - (tasks.calledMs[task] ?? NaN));
    tasks.calledMs[task] = atMs;
    tasks.calls[task] = (tasks.calls[task] ?? 0) + 1;
    const endsMs = tasks.endsMs[task] ?? 0;
    if (endsMs > arrivalMs) return this.waits.push(toldMs + this.waitMs(task, toldMs), task);
    seen.ended(toldMs, endsMs, this.zones[task]);
    tasks.replace(task, toldMs);
    // A follow begins with a poll.
    this.waits.push(toldMs, task);
  }

  private waitMs(task: number, atMs: number): number {
    const { ids, startedMs, calls } = this.tasks;
    const ageSeconds = (atMs - (startedMs[task] ?? 0)) / 1000;
    return this.options.schedule(ageSeconds, ids[task] ?? '', calls[task] ?? 0) * 1000;
  }

  private oneWayMs(): number {
    const [least, most] = this.options.roundTripMs;
    return (least + this.random() * (most - least)) / 2;
  }

  private watchBacklog(atMs: number): void {
    if (this.backlog === 0 || atMs < this.outageUntilMs) return;
    // The call that is being made has left the line.
    this.backlog ??= this.line.length + 1;
    this.backlog -= 1;
    this.seen.backlogSeconds = (atMs - this.outageUntilMs) / 1000;
  }
}
