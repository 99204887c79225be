/** The cloud's clock as this process knows it; used for signing and for nothing else. */
export interface ServerClock {
  /** Now by the cloud's clock, in whole epoch seconds. */
  nowSeconds(): number;
  /** How far the cloud's clock is ahead of this machine's, in seconds; 0 until the cloud complained. */
  offsetSeconds(): number;
  /** Takes over the cloud's clock, read just now, in epoch seconds. */
  correct(serverSeconds: number): void;
}

/** @param now - this machine's clock, in epoch ms */
export function createServerClock(now: () => number): ServerClock {
  let offsetSeconds = 0;
  const localSeconds = (): number => Math.floor(now() / 1000);
  return {
    nowSeconds: () => localSeconds() + offsetSeconds,
    offsetSeconds: () => offsetSeconds,
    correct(serverSeconds) {
      offsetSeconds = serverSeconds - localSeconds();
    },
  };
}

/**
 * Reads the cloud's clock from a refused signature: the epoch in its message, else the answer's Date header.
 *
 * @returns epoch seconds; undefined when neither tells it
 */
export function serverTimeOf(error: { message: string; serverTimeSeconds?: number }): number | undefined {
  const [, epoch] = /server time (\d{10})\b/.exec(error.message) ?? [];
  return epoch === undefined ? error.serverTimeSeconds : Number(epoch);
}

/** Writes an instant of this clock in ISO 8601. */
export function toInstant(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}
