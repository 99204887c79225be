/** Returns a promise that resolves once the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** An abort signal that follows signals of the operating system. */
export interface Interruption {
  signal: AbortSignal;
  /** Gives the signals back to their default. */
  release(): void;
}

/** Aborts on the first of the given signals; a second one of the same name ends the process as ever. */
export function abortOn(...names: readonly NodeJS.Signals[]): Interruption {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const name of names) process.once(name, abort);
  return { signal: controller.signal, release: () => names.forEach((name) => process.off(name, abort)) };
}

/** Waits for so long, or until the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
