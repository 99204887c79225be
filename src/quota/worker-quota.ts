import { pause } from '../abort-signals';
import { messageOf } from '../sentences';
import type { TaskQueueReport } from '../task-queues';
import type { CallQuota } from '../tencent';

import { Brake } from './brake';
import type { QuotaCalls, QuotaEvent, QuotaNotice } from './notices';
import { Pacer } from './pacer';
import { countSharers } from './sharers';

/** How often the server is asked who shares the quota, and how large it is. */
const REFRESH_MS = 2_000;
/** Until the server knows a worker that has just begun to poll. */
const FIRST_REFRESH_MS = 50;
/** Longer than others need to notice a newcomer and to make room for it. */
const JOIN_MS = 5_000;
/** Polls of a queue with work come back sooner; those of an idle one do not, and there is little to lose. */
const QUIET_MS = 1_000;
/** Without an answer for so long, a worker goes on with what its configuration says. */
const PATIENCE_MS = 5_000;

/** Options of {@link WorkerQuota}. */
export interface WorkerQuotaOptions {
  /** Which calls, for the notices. */
  calls: QuotaCalls;
  /** Calls a second of all workers together, while nobody sets another rate on the server. */
  callsPerSecond: number;
  /** How many workers share it; `auto` counts those that poll the queue. */
  workers: number | 'auto';
  /** Identity under which this worker polls. */
  identity: string;
  /** Asks the server about the queue. */
  readQueue: () => Promise<TaskQueueReport>;
  notify: (notice: QuotaNotice) => void;
}

/** A quota as it stands, for figures. */
export interface QuotaFigures {
  /** Calls a second of all workers together. */
  quotaPerSecond: number;
  /** Most calls a second of this worker, less what throttling took; absent until it is known how many share the quota. */
  sharePerSecond?: number;
  /** Calls of this worker so far that the cloud refused for their rate. */
  throttles: number;
}

/**
 * This worker's part of a quota: an even pace of its share of the rate, which follows what a person sets on the server,
 * how many workers share it, and what the cloud throttles.
 */
export class WorkerQuota implements CallQuota {
  readonly pacer = new Pacer();
  private readonly brake = new Brake();
  private readonly stopping = new AbortController();
  private quotaPerSecond: number;
  private sharers: number;
  private throttles = 0;
  private isReady = false;
  private isBraked = false;
  private hasOtherRate = false;

  constructor(private readonly options: WorkerQuotaOptions) {
    this.quotaPerSecond = options.callsPerSecond;
    this.sharers = options.workers === 'auto' ? 1 : options.workers;
  }

  /** Gives out turns, once it is known how many share them; watches the queue until {@link stop}. */
  start(): void {
    if (this.options.workers !== 'auto') this.open();
    void this.watch();
  }

  stop(): void {
    this.stopping.abort();
    this.pacer.close();
  }

  /**
   * Takes on no more calls, and waits a little for those that have been asked of the server: a task that is handed to a
   * poll just when that is broken off would be lost until its time is over.
   */
  settle(): Promise<void> {
    return this.pacer.settle(QUIET_MS);
  }

  turn(signal?: AbortSignal): Promise<() => void> {
    return this.pacer.turn(signal);
  }

  throttled(code: string): void {
    this.throttles += 1;
    if (!this.brake.throttled(performance.now())) return;
    this.isBraked = true;
    this.notify({ kind: 'throttled', code, callsPerSecond: this.applyRate() });
  }

  figures(): QuotaFigures {
    const { quotaPerSecond, throttles, isReady } = this;
    return { quotaPerSecond, ...(isReady && { sharePerSecond: this.callsPerSecond() }), throttles };
  }

  private open(): void {
    this.isReady = true;
    this.tellShare();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    const beganMs = performance.now();
    let isUnanswered = true;
    while (!signal.aborted) {
      try {
        const report = await this.options.readQueue();
        isUnanswered = false;
        if (!this.isReady) await this.join(report);
        else this.adopt(report);
      } catch (error) {
        if (signal.aborted) return;
        if (isUnanswered && !this.isReady && performance.now() - beganMs >= PATIENCE_MS) {
          this.open();
          this.notify({ kind: 'workersUnknown', error: messageOf(error) });
        }
      }
      this.release();
      await pause(this.isReady ? REFRESH_MS : FIRST_REFRESH_MS, signal);
    }
  }

  /** Begins alone at once; beside others once they have had the time to make room. */
  private async join(report: TaskQueueReport): Promise<void> {
    if (!report.pollers.some(({ identity }) => identity === this.options.identity)) return;
    if (this.countSharers(report) === 1) {
      this.adopt(report);
      return this.open();
    }
    await pause(JOIN_MS, this.stopping.signal);
    this.adopt(await this.options.readQueue());
    this.open();
  }

  private adopt(report: TaskQueueReport): void {
    const { callsPerSecond } = this.options;
    const { rateLimit } = report;
    // At 0 the server hands out nothing, and what it has handed out before may end.
    const isSet = rateLimit?.isSetByPerson && rateLimit.perSecond > 0;
    const quotaPerSecond = isSet ? rateLimit.perSecond : callsPerSecond;
    const workers = this.countSharers(report);
    if (quotaPerSecond !== this.quotaPerSecond || workers !== this.sharers) {
      this.quotaPerSecond = quotaPerSecond;
      this.sharers = workers;
      if (this.isReady) this.tellShare();
    }
    this.compareRates(rateLimit);
  }

  private tellShare(): void {
    const { quotaPerSecond, sharers: workers } = this;
    this.notify({ kind: 'share', workers, quotaPerSecond, callsPerSecond: this.applyRate() });
  }

  private countSharers({ pollers, isBusy }: TaskQueueReport): number {
    const { workers, identity } = this.options;
    return workers === 'auto' ? countSharers(pollers, identity, isBusy) : workers;
  }

  private compareRates(rateLimit: TaskQueueReport['rateLimit']): void {
    const { callsPerSecond } = this.options;
    if (!rateLimit || rateLimit.isSetByPerson) return;
    const { perSecond } = rateLimit;
    const isOther = Math.abs(perSecond - callsPerSecond) > 1e-3;
    if (isOther && !this.hasOtherRate) {
      this.notify({ kind: 'ratesDiffer', ownPerSecond: callsPerSecond, otherPerSecond: perSecond });
    }
    this.hasOtherRate = isOther;
  }

  /** Takes back what throttling took, step by step. */
  private release(): void {
    if (!this.isBraked) return;
    const callsPerSecond = this.applyRate();
    if (this.brake.shareAt(performance.now()) < 1) return;
    this.isBraked = false;
    this.notify({ kind: 'throttlingOver', callsPerSecond });
  }

  private notify(event: QuotaEvent): void {
    const { calls, notify } = this.options;
    notify({ ...event, calls });
  }

  private applyRate(): number {
    const callsPerSecond = this.callsPerSecond();
    if (this.isReady) this.pacer.setRate(callsPerSecond);
    return callsPerSecond;
  }

  private callsPerSecond(): number {
    return (this.quotaPerSecond / this.sharers) * this.brake.shareAt(performance.now());
  }
}
