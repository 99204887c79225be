import type { Durations, Random } from './durations';

const POOL = 20_000;

/** The tasks that are followed: as many at any time, since each one seen to have ended makes room for another. */
export class Population {
  readonly ids: string[] = [];
  readonly startedMs: Float64Array;
  readonly endsMs: Float64Array;
  /** Calls made for the task. */
  readonly calls: Uint32Array;
  /** The latest call; its start before the first; NaN for what began before the simulation, until its first call. */
  readonly calledMs: Float64Array;
  private begun = 0;

  /**
   * @param gapSeconds - about the time between two calls of a task: follows last half of it longer than their tasks
   */
  constructor(
    readonly size: number,
    private readonly durations: Durations,
    private readonly random: Random,
    gapSeconds: number,
  ) {
    this.startedMs = new Float64Array(size);
    this.endsMs = new Float64Array(size);
    this.calls = new Uint32Array(size);
    this.calledMs = new Float64Array(size);
    const draw = this.longerMoreOften(gapSeconds);
    for (let task = 0; task < size; task += 1) {
      const durationMs = draw() * 1000;
      this.begin(task, -random() * (durationMs + gapSeconds * 500), durationMs);
      this.calledMs[task] = NaN;
    }
  }

  /** Puts a new task in the place of one that ended. */
  replace(task: number, atMs: number): void {
    this.begin(task, atMs, this.durations(this.random) * 1000);
  }

  private begin(task: number, atMs: number, durationMs: number): void {
    this.ids[task] = `t-${(this.begun += 1)}`;
    this.startedMs[task] = atMs;
    this.endsMs[task] = atMs + durationMs;
    this.calls[task] = 0;
    this.calledMs[task] = atMs;
  }

  /** Who looks at any instant finds a follow in proportion to its length. */
  private longerMoreOften(gapSeconds: number): () => number {
    const pool = Array.from({ length: POOL }, () => this.durations(this.random));
    const longest = Math.max(...pool) + gapSeconds / 2;
    return () => {
      for (;;) {
        const duration = pool[Math.floor(this.random() * POOL)] ?? 0;
        if (this.random() * longest <= duration + gapSeconds / 2) return duration;
      }
    };
  }
}
