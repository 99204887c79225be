/** What happened from an instant on. */
export class Observations {
  /** From each end of a task to its ending being told, in seconds, by zone. */
  readonly delays: number[][] = [];
  /** Instants at which calls reached the cloud, about in order. */
  readonly arrivalsMs: number[] = [];
  calls = 0;
  throttled = 0;
  endings = 0;
  largestGapMs = 0;

  constructor(readonly fromMs: number) {}

  /** @param gapMs - since the task's call before, or its start; NaN when unknown */
  called(atMs: number, arrivalMs: number, gapMs: number): void {
    if (atMs < this.fromMs) return;
    this.calls += 1;
    this.arrivalsMs.push(arrivalMs);
    if (gapMs > this.largestGapMs) this.largestGapMs = gapMs;
  }

  refused(atMs: number): void {
    if (atMs >= this.fromMs) this.throttled += 1;
  }

  ended(seenMs: number, endedMs: number, zone = 0): void {
    if (seenMs < this.fromMs) return;
    this.endings += 1;
    (this.delays[zone] ??= []).push((seenMs - endedMs) / 1000);
  }
}
