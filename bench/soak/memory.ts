import { mean } from '../measure';

/** Memory of a process at an instant. */
export interface MemorySample {
  /** Epoch ms. */
  atMs: number;
  rssBytes: number;
}

const MIB = 1024 * 1024;

/** Returns by how much memory grows, in MiB a minute, as the straight line through the samples has it; NaN for one only. */
export function growthPerMinute(samples: readonly MemorySample[]): number {
  const minutes = samples.map(({ atMs }) => atMs / 60_000);
  const sizes = samples.map(({ rssBytes }) => rssBytes / MIB);
  const [meanMinute, meanSize] = [mean(minutes), mean(sizes)];
  const covariance = mean(minutes.map((minute, i) => (minute - meanMinute) * ((sizes[i] ?? 0) - meanSize)));
  return covariance / mean(minutes.map((minute) => (minute - meanMinute) ** 2));
}

/** Leaves out the first third, in which a fresh process still fills its caches. */
export function settled(samples: readonly MemorySample[]): MemorySample[] {
  return samples.slice(Math.ceil(samples.length / 3));
}
