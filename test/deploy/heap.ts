/** Returns the part of a memory limit in MiB that `NODE_OPTIONS` gives to the heap; NaN when it gives none. */
export function heapShare(nodeOptions: string | undefined, limitMiB: number): number {
  const prefix = '--max-old-space-size=';
  const option = (nodeOptions ?? '').split(' ').find((one) => one.startsWith(prefix));
  return Number(option?.slice(prefix.length)) / limitMiB;
}
