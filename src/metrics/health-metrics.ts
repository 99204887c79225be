import { Counter, Gauge, type Registry } from 'prom-client';

/** Is told how the worker is. */
export interface HealthMetrics {
  /** A probe of the Temporal server is over. */
  probed(isReachable: boolean): void;
  /** Whether the worker can do its work. */
  ready(isReady: boolean): void;
}

/**
 * Registers the metrics of the worker's own state.
 *
 * @param now - this machine's clock, epoch ms
 */
export function createHealthMetrics(registry: Registry, now: () => number): HealthMetrics {
  const registers = [registry];
  const reachable = new Gauge({
    name: 'provisioning_temporal_reachable',
    help: 'Whether the last probe of the Temporal server was answered: 1 or 0',
    registers,
  });
  const probes = new Counter({
    name: 'provisioning_temporal_probes_total',
    help: 'Probes of the Temporal server, by result',
    labelNames: ['result'],
    registers,
  });
  const lastContact = new Gauge({
    name: 'provisioning_temporal_last_contact_timestamp_seconds',
    help: 'When the Temporal server last answered a probe',
    registers,
  });
  const readiness = new Gauge({
    name: 'provisioning_worker_ready',
    help: 'Whether the worker runs and reaches the Temporal server, as /readyz tells it: 1 or 0',
    registers,
  });
  for (const result of ['answered', 'failed']) probes.inc({ result }, 0);
  // Nothing is known before the first probe.
  reachable.remove();
  lastContact.remove();
  return {
    probed(isReachable) {
      reachable.set(isReachable ? 1 : 0);
      probes.inc({ result: isReachable ? 'answered' : 'failed' });
      if (isReachable) lastContact.set(now() / 1000);
    },
    ready(isReady) {
      readiness.set(isReady ? 1 : 0);
    },
  };
}
