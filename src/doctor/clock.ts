import { toInstant } from '../tencent';

import { ok, warning, type Finding } from './check';

const TOLERATED_SECONDS = 30;
/** Beyond it the cloud refuses a signature by this machine's clock. */
const SIGNATURE_SECONDS = 300;

/**
 * Compares this machine's clock with the cloud's.
 *
 * @param localMs - this machine's clock at the cloud's answer, epoch ms
 * @param serverSeconds - the cloud's clock at its answer, epoch seconds
 */
export function judgeClock(localMs: number, serverSeconds: number): Finding {
  const offset = serverSeconds - Math.floor(localMs / 1000);
  const times = `this machine's clock, ${toInstant(Math.floor(localMs / 1000))}, is ${distance(offset)} the cloud's, ${toInstant(serverSeconds)}`;
  if (Math.abs(offset) <= TOLERATED_SECONDS) return ok(times);
  const healed = Math.abs(offset) > SIGNATURE_SECONDS ? "; meanwhile requests are signed by the cloud's clock" : '';
  return warning(`${times}${healed}`, 'Set the clock of this machine (NTP); the time zone does not matter');
}

function distance(offset: number): string {
  if (offset === 0) return 'equal to';
  return offset > 0 ? `${offset} s behind` : `${-offset} s ahead of`;
}
