/** So long after its sending a call has arrived, also one that has no answer yet. */
const MAX_UNDERWAY_MS = 1_000;
/** A later call may be faster by so much than the fastest one so far. */
const FASTER_MS = 5;
/** Before so many answers the fastest one says little: the first also had to connect. */
const ANSWERS_TO_TRUST = 50;
/** A second of the cloud's, as long as any clock may show it. */
const WINDOW_MS = 1_002;
/** So late a call may be without delaying those after it: timers are never on time. */
const CATCH_UP_MS = 50;

/**
 * Spaces calls evenly, so that no rolling second of the cloud's holds more of them than the rate: neither after a pause
 * nor where timers are late or requests take their time. The cloud counts a call when it arrives, which is no later
 * than its answer; and the next one arrives no earlier than it is sent. The way there and back, which no call is spared,
 * shortens that: what a call takes longer than the fastest one is what it may have been late. Fractions of a rate above
 * 1 are cut off, since no second can hold them.
 *
 * Time comes in as milliseconds of any clock that does not go back.
 */
export class Pace {
  private limit = 1;
  private windowMs = WINDOW_MS;
  private dueMs = -Infinity;
  private answers = 0;
  private fastestMs = Infinity;
  /** The last calls, by the latest instant at which each may have arrived, less the way there. */
  private calls: { arrivedMs: number }[] = [];

  /** @param callsPerSecond - above 0 */
  constructor(callsPerSecond: number) {
    this.setRate(callsPerSecond);
  }

  /** Changes the rate from the next call on. */
  setRate(callsPerSecond: number): void {
    if (!(callsPerSecond > 0)) throw new RangeError(`callsPerSecond must be above 0, got ${callsPerSecond}`);
    const before = this.gapMs;
    this.limit = Math.max(1, Math.floor(callsPerSecond));
    this.windowMs = WINDOW_MS / Math.min(1, callsPerSecond);
    this.dueMs += this.gapMs - before;
  }

  /** Milliseconds between two calls when there are always some to make. */
  get gapMs(): number {
    return this.windowMs / this.limit;
  }

  /** Returns the first instant at which the next call may be made; it may lie in the past. */
  nextMs(): number {
    const oldest = this.calls.at(-this.limit);
    return oldest ? Math.max(this.dueMs, oldest.arrivedMs + this.windowMs) : this.dueMs;
  }

  /**
   * Notes a call, made at an instant not before {@link nextMs}.
   *
   * @returns what notes the instant of its answer, or of its failure
   */
  called(atMs: number): (atMs: number) => void {
    this.dueMs = (atMs - this.dueMs <= CATCH_UP_MS ? this.dueMs : atMs) + this.gapMs;
    const call = { arrivedMs: atMs + MAX_UNDERWAY_MS };
    this.calls.push(call);
    // The longest list that is ever looked at is that of the highest rate so far; it is cut back now and then.
    if (this.calls.length > 2 * this.limit + 1_000) this.calls = this.calls.slice(-this.limit - 1_000);
    return (answeredMs) => {
      this.fastestMs = Math.min(this.fastestMs, answeredMs - atMs);
      this.answers += 1;
      const wayMs = this.answers < ANSWERS_TO_TRUST ? 0 : Math.max(0, this.fastestMs - FASTER_MS);
      call.arrivedMs = Math.min(call.arrivedMs, answeredMs - wayMs);
    };
  }
}
