import { CLIENT_ERRORS, TencentCloudError } from './errors';

/** One bound over all that a call does. */
export interface CallDeadline {
  /** Aborts at the deadline, or with the caller's signal; its reason is what the call then rejects with. */
  readonly signal: AbortSignal;
  /** Words what the call is doing, for the sentence that tells where it was cut: `waiting for the answer of …`. */
  phase: () => string;
  /** Awaits what is no part of the call, a turn for example: meanwhile the deadline stands still. */
  outside<T>(wait: () => Promise<T>): Promise<T>;
}

/**
 * Runs an action under a deadline. At the deadline the promise rejects at once, whatever the action does then.
 *
 * @param ms - the deadline from now, in ms
 * @param caller - ends the action early; the promise then rejects with its reason
 * @throws TencentCloudError `ClientError.Timeout` naming the phase
 */
export async function withinDeadline<T>(
  ms: number,
  caller: AbortSignal | undefined,
  action: (deadline: CallDeadline) => Promise<T>,
): Promise<T> {
  caller?.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(caller?.reason);
  caller?.addEventListener('abort', abort, { once: true });
  const cut = (): void => {
    const message = `The call was cut after ${ms} ms, while ${deadline.phase()}`;
    controller.abort(new TencentCloudError(CLIENT_ERRORS.timeout, message));
  };
  let timer = setTimeout(cut, ms);
  let leftMs = ms;
  let sinceMs = performance.now();
  const deadline: CallDeadline = {
    signal: controller.signal,
    phase: () => 'it began',
    async outside(wait) {
      clearTimeout(timer);
      leftMs -= performance.now() - sinceMs;
      try {
        return await wait();
      } finally {
        sinceMs = performance.now();
        if (!controller.signal.aborted) timer = setTimeout(cut, Math.max(0, leftMs));
      }
    },
  };
  try {
    return await unlessAborted(action(deadline), controller.signal);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', abort);
  }
}

/** Gives what the promise gives, or rejects with the signal's reason as soon as that aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
