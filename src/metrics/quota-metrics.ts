import { Counter, Gauge, type Registry } from 'prom-client';

import type { QuotaCalls, QuotaFigures } from '../quota';

/** Reads the figures of a quota as they are now. */
export type ReadQuota = () => QuotaFigures;

/**
 * Registers the metrics of quotas, which are read at each scrape.
 *
 * @param quotas - those of this worker, by the calls that share them; may grow later
 */
export function createQuotaMetrics(registry: Registry, quotas: ReadonlyMap<QuotaCalls, ReadQuota>): void {
  const registers = [registry];
  new Gauge({
    name: 'provisioning_quota_calls_per_second',
    help: 'Calls a second that all workers together may make',
    labelNames: ['calls'],
    registers,
    collect() {
      for (const [calls, read] of quotas) this.set({ calls }, read().quotaPerSecond);
    },
  });
  new Gauge({
    name: 'provisioning_quota_share_calls_per_second',
    help: 'Most calls a second that this worker makes: its share of the quota, less what throttling took',
    labelNames: ['calls'],
    registers,
    collect() {
      for (const [calls, read] of quotas) {
        const { sharePerSecond } = read();
        if (sharePerSecond !== undefined) this.set({ calls }, sharePerSecond);
      }
    },
  });
  new Counter({
    name: 'provisioning_throttles_total',
    help: 'Calls that the cloud refused for their rate',
    labelNames: ['calls'],
    registers,
    collect() {
      this.reset();
      for (const [calls, read] of quotas) this.inc({ calls }, read().throttles);
    },
  });
}
