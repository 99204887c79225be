import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import { ERROR_TABLE, type CloudObserver } from '../tencent';

import { createCodeLabel } from './code-label';

/** A call is cut after 10 s. */
const LATENCY_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Registers the metrics of calls to the cloud, of keys and of the clock.
 *
 * @param now - this machine's clock, epoch ms
 * @returns what to tell of them
 */
export function createCloudMetrics(registry: Registry, now: () => number): CloudObserver {
  const registers = [registry];
  const calls = new Counter({
    name: 'provisioning_calls_total',
    help: 'Requests to the cloud that were sent, by action and by how they ended',
    labelNames: ['action', 'result'],
    registers,
  });
  const latency = new Histogram({
    name: 'provisioning_call_latency_seconds',
    help: 'Time of a request to the cloud from its sending, after any wait for its turn, to the end of its answer',
    labelNames: ['action'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'provisioning_call_errors_total',
    help: 'Calls to the organization API that failed for good, by the class and the code of the error',
    labelNames: ['action', 'error_class', 'code'],
    registers,
  });
  const renewals = new Counter({
    name: 'provisioning_credentials_renewals_total',
    help: 'Keys that took the place of another, and times that a source gave no key',
    labelNames: ['result'],
    registers,
  });
  const obtained = new Gauge({
    name: 'provisioning_credentials_obtained_timestamp_seconds',
    help: 'When the key in use was had first',
    labelNames: ['source'],
    registers,
  });
  const expire = new Gauge({
    name: 'provisioning_credentials_expire_timestamp_seconds',
    help: 'When the key in use ends; absent for one without an end',
    labelNames: ['source'],
    registers,
  });
  const clockOffset = new Gauge({
    name: 'provisioning_clock_offset_seconds',
    help: "The cloud's clock less this machine's, by the Date of the last answer, to the second; above 0 this machine is behind",
    registers,
  });
  // Not shown before something is known of it: 0 would be a claim.
  clockOffset.remove();
  for (const result of ['renewed', 'failed']) renewals.inc({ result }, 0);
  const codeOf = createCodeLabel(ERROR_TABLE.flatMap(({ entries }) => entries.map(({ code }) => code)));
  return {
    requested({ action, result, seconds, serverTimeSeconds }) {
      calls.inc({ action, result });
      latency.observe({ action }, seconds);
      if (serverTimeSeconds !== undefined) clockOffset.set(serverTimeSeconds - Math.floor(now() / 1000));
    },
    failed({ action, errorClass, code }) {
      errors.inc({ action, error_class: errorClass, code: codeOf(code) });
    },
    keyObtained({ source, expiresAtMs, isRenewal }) {
      if (isRenewal) renewals.inc({ result: 'renewed' });
      obtained.set({ source }, now() / 1000);
      if (expiresAtMs === undefined) expire.remove({ source });
      else expire.set({ source }, expiresAtMs / 1000);
    },
    keyNotObtained() {
      renewals.inc({ result: 'failed' });
    },
  };
}
