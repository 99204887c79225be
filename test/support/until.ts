import { SHARED_SERVER_VARIABLE } from '../../scripts/cluster/shared-server';

/** A server with a database on disk, which several test files share, has to be waited for longer. */
const PATIENCE = process.env[SHARED_SERVER_VARIABLE] ? 3 : 1;

/** Waits until a condition holds; fails after 30 s, or the time given, and thrice that on a shared server. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const limitMs = withinMs * PATIENCE;
  const giveUpAt = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`Still not true after ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
