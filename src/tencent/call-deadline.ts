import { CLIENT_ERRORS, TencentCloudError } from './errors';

/** One bound over all that a call does. */
export interface CallDeadline {
  /** Aborts at the deadline, or with the caller's signal; its reason is what the call then rejects with. */
  readonly signal: AbortSignal;
  /** Words what the call is doing, for the sentence that tells where it was cut: `waiting for the answer of …`. */
  phase: () => string;
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
  const deadline: CallDeadline = { signal: controller.signal, phase: () => 'it began' };
  const abort = (): void => controller.abort(caller?.reason);
  caller?.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => {
    const message = `The call was cut after ${ms} ms, while ${deadline.phase()}`;
    controller.abort(new TencentCloudError(CLIENT_ERRORS.timeout, message));
  }, ms);
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
