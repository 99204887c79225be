/** Calls that were on their way when it braked say nothing new. */
const HOLD_MS = 1_000;
const CLEAN_MS = 10_000;
const STEP = 0.05;
const FLOOR = 1 / 32;

/**
 * The share of its rate that a worker may use after the cloud throttled it: halved at each throttled call, at most once
 * a second and down to 1/32; then 5 % more of the full rate after each ten seconds without one.
 *
 * Time comes in as milliseconds of any clock that does not go back.
 */
export class Brake {
  private share = 1;
  private lastThrottledMs = -Infinity;
  private lastHalvedMs = -Infinity;
  private lastStepMs = -Infinity;

  /** Notes a throttled call; tells whether it lowered the share. */
  throttled(atMs: number): boolean {
    const before = this.shareAt(atMs);
    this.lastThrottledMs = atMs;
    if (atMs - this.lastHalvedMs < HOLD_MS) return false;
    this.lastHalvedMs = atMs;
    this.share = Math.max(FLOOR, before / 2);
    return this.share < before;
  }

  /** Returns the share at an instant, above 0 and at most 1. */
  shareAt(atMs: number): number {
    const cleanSinceMs = Math.max(this.lastThrottledMs, this.lastStepMs);
    const steps = this.share === 1 ? 0 : Math.floor((atMs - cleanSinceMs) / CLEAN_MS);
    if (steps > 0) {
      this.share = Math.min(1, this.share + steps * STEP);
      this.lastStepMs = cleanSinceMs + steps * CLEAN_MS;
    }
    return this.share;
  }
}
