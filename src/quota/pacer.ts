import { unlessAborted } from '../tencent/call-deadline';

import { Pace } from './pace';

/**
 * So far ahead of its turn a call may be taken on: enough to fill every turn, too little to wait for long. At low rates
 * it is so many calls, since the server splits a queue into four, each with a quarter of the rate, and all of them must be asked.
 */
const AHEAD_MS = 250;
const AHEAD_CALLS = 8;
const MAX_AHEAD_MS = 4_000;

type Waiting<T> = (value: T) => void;

/** Gives calls their turns: in the order in which they ask, spaced by a {@link Pace}. */
export class Pacer {
  private readonly queue: Waiting<() => void>[] = [];
  private readonly newcomers: Waiting<void>[] = [];
  /** Newcomers let in that have not asked for their turn yet. */
  private expected = 0;
  private readonly pace = new Pace(1);
  private state: 'unopened' | 'open' | 'closed' = 'unopened';
  private timer: NodeJS.Timeout | undefined;
  /** Set once nobody is let in any more; called at each arrival. */
  private settling: (() => void) | undefined;

  /** @param now - milliseconds of a clock that does not go back; default `performance.now` */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Changes the rate from the next turn on. Before the first rate nobody gets a turn, and there is room for one. */
  setRate(callsPerSecond: number): void {
    this.pace.setRate(callsPerSecond);
    this.state = 'open';
    this.schedule();
  }

  /**
   * Resolves when a call may be sent; rejects with the signal's reason.
   *
   * @returns what to call once it was answered, or has failed
   */
  turn(signal?: AbortSignal): Promise<() => void> {
    return this.waitIn(this.queue, signal);
  }

  /** Resolves when a call that is taken on now will have its turn soon; rejects with the signal's reason. */
  room(signal?: AbortSignal): Promise<void> {
    return this.waitIn(this.newcomers, signal, () => this.arrived());
  }

  /** One that was let in asks for its turn now, or never will. */
  arrived(): void {
    this.expected -= 1;
    this.settling?.();
    this.schedule();
  }

  /**
   * Lets no newcomer in any more.
   *
   * @returns resolves once all that were let in have asked for their turn, or none of them has for so long
   */
  settle(quietMs: number): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.settling = () => {
        clearTimeout(timer);
        if (this.expected === 0) resolve();
        else timer = setTimeout(resolve, quietMs);
      };
      this.settling();
    });
  }

  /** Lets nobody wait any more; what still waits stays so. */
  close(): void {
    this.state = 'closed';
    clearTimeout(this.timer);
  }

  private async waitIn<T>(line: Waiting<T>[], signal?: AbortSignal, giveBack?: () => void): Promise<T> {
    signal?.throwIfAborted();
    let enter: Waiting<T> = () => undefined;
    const entered = new Promise<T>((resolve) => (enter = resolve));
    line.push(enter);
    this.schedule();
    try {
      return await unlessAborted(entered, signal);
    } catch (error) {
      const index = line.indexOf(enter);
      // It may have been let in at the same instant.
      if (index >= 0) line.splice(index, 1);
      else giveBack?.();
      this.schedule();
      throw error;
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.state === 'closed') return;
    const nowMs = this.now();
    while (this.turnMs() <= nowMs) {
      const answered = this.pace.called(nowMs);
      this.queue.shift()?.(() => {
        answered(this.now());
        this.schedule();
      });
    }
    while (this.newcomers.length > 0 && this.roomMs() <= nowMs) {
      this.expected += 1;
      this.newcomers.shift()?.();
    }
    const nextMs = Math.min(this.turnMs(), this.newcomers.length > 0 ? this.roomMs() : Infinity);
    if (nextMs < Infinity) this.timer = setTimeout(() => this.schedule(), Math.max(1, Math.ceil(nextMs - nowMs)));
  }

  /** When the first of those that wait has its turn. */
  private turnMs(): number {
    return this.state === 'open' && this.queue.length > 0 ? this.pace.nextMs() : Infinity;
  }

  /** When there is room for one more; never, while so many are on their way that first one must have its turn. */
  private roomMs(): number {
    if (this.settling) return Infinity;
    const { gapMs } = this.pace;
    const limitMs = Math.max(AHEAD_MS, Math.min(AHEAD_CALLS * gapMs, MAX_AHEAD_MS));
    const aheadMs = (this.queue.length + this.expected) * gapMs;
    return aheadMs <= limitMs ? this.pace.nextMs() + aheadMs - limitMs : Infinity;
  }
}
