/** Where a worker process is in its life. */
export type Stage = 'starting' | 'running' | 'draining';

/** What is known of a worker process. */
export interface Vitals {
  stage: Stage;
  /** State of each worker of the SDK, by its task queue; none during the start. */
  workers: Readonly<Record<string, string>>;
  /** What the probes of the Temporal server brought. */
  temporal: ProbeRecord;
}

/** What the probes of the Temporal server brought; instants are milliseconds since the epoch. */
export interface ProbeRecord {
  lastAnswerAtMs?: number;
  /** Why the last probe failed; absent when it was answered. */
  lastError?: string;
}

/** Answer of `/livez` and of `/readyz`. */
export interface Verdict {
  /** Whether the answer is 200 rather than 503. */
  ok: boolean;
  /** One sentence for each thing that is wrong. */
  reasons: string[];
}

/** An answer older than this says nothing of the present; three probes fit in. */
export const ANSWER_IS_RECENT_SECONDS = 10;

/**
 * Judges whether the process can still make progress. What passes by itself, such as an outage of the Temporal server or
 * of the cloud, is no reason to restart it.
 */
export function judgeLiveness({ stage, workers }: Vitals): Verdict {
  if (stage !== 'running') return verdictOf([]);
  return verdictOf(stopped(workers, (state) => state === 'FAILED' || state === 'STOPPED'));
}

/** Judges whether the worker takes tasks: every queue is polled, and the Temporal server answered lately. */
export function judgeReadiness({ stage, workers, temporal }: Vitals, nowMs: number): Verdict {
  if (stage === 'starting') return verdictOf(['The worker starts', ...lastErrorOf(temporal)]);
  if (stage === 'draining') return verdictOf(['The worker drains']);
  return verdictOf([...stopped(workers, (state) => state !== 'RUNNING'), ...contactFaults(temporal, nowMs)]);
}

function verdictOf(reasons: string[]): Verdict {
  return { ok: reasons.length === 0, reasons };
}

function stopped(workers: Vitals['workers'], isStopped: (state: string) => boolean): string[] {
  return Object.entries(workers)
    .filter(([, state]) => isStopped(state))
    .map(([taskQueue, state]) => `The worker of task queue ${taskQueue} is ${state}`);
}

function contactFaults(temporal: ProbeRecord, nowMs: number): string[] {
  const { lastAnswerAtMs } = temporal;
  if (lastAnswerAtMs === undefined) return ['The Temporal server has not answered yet', ...lastErrorOf(temporal)];
  const seconds = (nowMs - lastAnswerAtMs) / 1000;
  if (seconds <= ANSWER_IS_RECENT_SECONDS) return [];
  return [`The Temporal server has not answered for ${Math.floor(seconds)} s`, ...lastErrorOf(temporal)];
}

function lastErrorOf({ lastError }: ProbeRecord): string[] {
  return lastError === undefined ? [] : [`Its last probe failed: ${lastError}`];
}
