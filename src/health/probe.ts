import { pause } from '../abort-signals';
import { messageOf } from '../sentences';

import type { ProbeRecord } from './health';

/** Options of {@link probeTemporal}. */
export interface ProbeOptions {
  /** Asks the server something cheap, and gives up by itself. */
  ask: () => Promise<unknown>;
  /** Gets what is known; the object stays the same. */
  record: ProbeRecord;
  /** Called after each probe. */
  onProbe?: (isAnswered: boolean) => void;
  /** Ends the probing. */
  signal: AbortSignal;
  everyMs?: number;
}

/** How long the server has for an answer. */
export const PROBE_TIMEOUT_MS = 2_000;
const PROBE_EVERY_MS = 3_000;

/**
 * Asks the Temporal server again and again until the signal aborts: the SDK itself shows a server that is gone as
 * RUNNING and POLLING.
 */
export async function probeTemporal(options: ProbeOptions): Promise<void> {
  const { ask, record, onProbe, signal, everyMs = PROBE_EVERY_MS } = options;
  while (!signal.aborted) {
    try {
      await ask();
      record.lastAnswerAtMs = Date.now();
      delete record.lastError;
    } catch (error) {
      record.lastError = messageOf(error);
    }
    onProbe?.(record.lastError === undefined);
    await pause(everyMs, signal);
  }
}
