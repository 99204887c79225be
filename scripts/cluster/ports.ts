import { randomInt } from 'node:crypto';

import { freePort } from '../../src/dev/dev-server';

/** Below those that systems hand out by themselves. */
const [LOWEST, HIGHEST] = [20_000, 32_000];

/**
 * Finds free ports that stay free while nothing listens on them: a killed server must come back to its own, and one that
 * the system hands out could meanwhile be taken by a client that tries to connect to it.
 */
export async function lastingPorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(LOWEST, HIGHEST);
    if ((await freePort(port)) === port) ports.add(port);
  }
  return [...ports];
}
