/** Reads a TCP port as typed; adds a fault when it is none. */
export function portOf(option: string, text: string | undefined, faults: string[]): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  faults.push(`${option} must be a port number from 0 to 65535, got "${text}"`);
  return undefined;
}
