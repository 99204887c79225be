import { hashToUnit } from './hash';

/** The server takes no longer key. */
const MAX_BYTES = 64;

/** Returns the fairness key of a zone: its id, or where that is longer than 64 bytes, a short name that it has for itself. */
export function fairnessKey(zoneId: string): string {
  const isShort = new TextEncoder().encode(zoneId).length <= MAX_BYTES;
  return isShort ? zoneId : `zone-${hashToUnit(zoneId).toString(36).slice(2)}`;
}
