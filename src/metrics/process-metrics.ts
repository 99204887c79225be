import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/** Gauges whose names say that they were counters; `nodejs_active_…` without the suffix tell the same. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Registers the metrics of the process: what prom-client knows of it, and the limits that its memory must not reach. */
export function createProcessMetrics(registry: Registry): void {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  new Gauge({
    name: 'provisioning_memory_limit_bytes',
    help: 'Memory that the process may use: the limit of its container, or all of the machine',
    registers,
  }).set(memoryLimitBytes(process.constrainedMemory(), totalmem()));
  new Gauge({
    name: 'provisioning_heap_limit_bytes',
    help: 'Size at which the heap of JavaScript is full; NODE_OPTIONS=--max-old-space-size changes it',
    registers,
  }).set(getHeapStatistics().heap_size_limit);
}

/**
 * Tells how much memory a process may use.
 *
 * @param constrainedBytes - as Node tells it: 0 or more than there is when nothing limits the process
 */
export function memoryLimitBytes(constrainedBytes: number, totalBytes: number): number {
  return constrainedBytes > 0 ? Math.min(constrainedBytes, totalBytes) : totalBytes;
}
