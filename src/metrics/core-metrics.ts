import type { MetricsExporterConfig } from '@temporalio/worker';

import { freePort } from '../free-port';

/** Status calls wait for the quota, for minutes where there are many: the SDK's buckets have none between 10 and 100 s. */
const WAIT_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1_800];

/** Far below the time limit of any scrape, which must still be answered with the other metrics. */
const READ_TIMEOUT_MS = 2_000;
const ATTEMPTS = 3;

/**
 * Returns the metric options of the SDK's runtime. Names are those of Temporal's pages on alerts: counters end in
 * `_total`, durations in `_seconds`.
 *
 * @param bindAddress - `host:port` of the SDK's own exporter
 */
export function coreMetricsOptions(bindAddress: string): MetricsExporterConfig {
  return {
    attachServiceName: false,
    prometheus: {
      bindAddress,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
      histogramBucketOverrides: { activity_schedule_to_start_latency: WAIT_BUCKETS },
    },
  };
}

/**
 * Has the SDK's runtime installed with its exporter on a free port of the loopback interface, which only this process is
 * to read.
 *
 * @param install - must throw when the port is taken, as `Runtime.install` does
 * @returns `host:port` of the exporter
 */
export async function installCoreMetrics(install: (metrics: MetricsExporterConfig) => void): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const bindAddress = `127.0.0.1:${await freePort()}`;
    try {
      install(coreMetricsOptions(bindAddress));
      return bindAddress;
    } catch (error) {
      // A port that was free may be taken before the exporter has it.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Reads the SDK's metrics.
 *
 * @param bindAddress - of {@link installCoreMetrics}
 * @returns undefined when they are not to be had within two seconds
 */
export async function readCoreMetrics(bindAddress: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    const response = await fetch(`http://${bindAddress}/metrics`, { signal });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}
