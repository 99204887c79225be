const MAX_TIMER_MS = 2 ** 31 - 1;

/** Ends a wait: by its caller's signal, or after a time. */
export interface Stop {
  signal: AbortSignal;
  /** Rejects once the signal aborts. */
  aborted: Promise<never>;
  release(): void;
}

/**
 * Makes a signal of its own for one wait: the SDK would leave a listener on the caller's for each call.
 *
 * @param outer - the caller's signal
 * @param timeoutMs - of any length; default: no limit
 */
export function stopOn(outer: AbortSignal | undefined, timeoutMs?: number): Stop {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => controller.abort();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The wait was ended')), { once: true });
  });
  // Nobody may be listening when it aborts.
  aborted.catch(() => undefined);
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted) abort();
  const disarm = arm(timeoutMs, abort);
  return {
    signal,
    aborted,
    release() {
      disarm();
      outer?.removeEventListener('abort', abort);
    },
  };
}

/** Calls back after a time of any length: a single timer above 2^31-1 ms would fire at once. */
function arm(timeoutMs: number | undefined, fire: () => void): () => void {
  if (timeoutMs === undefined) return () => undefined;
  const endMs = Date.now() + timeoutMs;
  let timer: NodeJS.Timeout;
  const next = () => {
    const leftMs = endMs - Date.now();
    // Also for a time that is no number: a timer of NaN ms would fire for ever.
    if (leftMs > 0) timer = setTimeout(next, Math.min(leftMs, MAX_TIMER_MS));
    else fire();
  };
  timer = setTimeout(next, 0);
  return () => clearTimeout(timer);
}
