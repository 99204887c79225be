import { constants } from 'node:os';

/** Signals that drain a worker. */
const NAMES = ['SIGTERM', 'SIGINT'] as const;

/**
 * Aborts on the first SIGTERM or SIGINT, with the signal's name as the reason; on a second one the process ends at
 * once, with 128 and the signal's number as its exit code, as if nobody had listened.
 *
 * @param onSecond - called just before that end
 */
export function drainOnSignals(onSecond: (name: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of NAMES) {
    process.on(name, () => {
      if (!controller.signal.aborted) return controller.abort(name);
      onSecond(name);
      process.exit(128 + constants.signals[name]);
    });
  }
  return controller.signal;
}
