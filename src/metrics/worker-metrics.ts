import type { InjectedSinks } from '@temporalio/worker';
import { Gauge, Registry } from 'prom-client';

import type { QuotaCalls } from '../quota';
import type { CloudObserver } from '../tencent';
import type { MetricSinks } from '../workflows/metrics';

import { createCloudMetrics } from './cloud-metrics';
import { createFollowMetrics, type FollowMetrics } from './follow-metrics';
import { createHealthMetrics, type HealthMetrics } from './health-metrics';
import { createProcessMetrics } from './process-metrics';
import { createQuotaMetrics, type ReadQuota } from './quota-metrics';
import { createWorkflowMetrics } from './workflow-metrics';

/** Options of {@link WorkerMetrics}. */
export interface WorkerMetricsOptions {
  /** Of this package. */
  version: string;
  /** Of the Temporal SDK. */
  sdkVersion: string;
  /** This machine's clock, epoch ms. Default `Date.now`. */
  now?: () => number;
}

/**
 * The metrics of one worker process that are not the SDK's: endings and delays of follows, calls, keys and clock, quotas,
 * follows as the server counts them, the worker's own state, and the process.
 */
export class WorkerMetrics {
  /** What a worker that runs workflows needs: without them it logs an error for each event. */
  readonly sinks: InjectedSinks<MetricSinks>;
  /** Calls, keys and clock. */
  readonly cloud: CloudObserver;
  readonly follows: FollowMetrics;
  readonly health: HealthMetrics;
  private readonly registry = new Registry();
  private readonly quotas = new Map<QuotaCalls, ReadQuota>();
  private readonly sdkMetricsUp: Gauge;

  constructor({ version, sdkVersion, now = Date.now }: WorkerMetricsOptions) {
    const registers = [this.registry];
    this.health = createHealthMetrics(this.registry, now);
    this.follows = createFollowMetrics(this.registry);
    this.sinks = createWorkflowMetrics(this.registry);
    this.cloud = createCloudMetrics(this.registry, now);
    createQuotaMetrics(this.registry, this.quotas);
    this.sdkMetricsUp = new Gauge({
      name: 'provisioning_sdk_metrics_up',
      help: 'Whether the metrics of the Temporal SDK, those named temporal_, are in this scrape: 1 or 0',
      registers,
    });
    new Gauge({
      name: 'provisioning_build_info',
      help: 'Always 1; its labels tell the versions of the worker and of the Temporal SDK',
      labelNames: ['version', 'sdk_version'],
      registers,
    }).set({ version, sdk_version: sdkVersion }, 1);
    createProcessMetrics(this.registry);
  }

  /** Content type of a scrape: Prometheus's text format. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Shows a quota from now on. */
  watchQuota(calls: QuotaCalls, read: ReadQuota): void {
    this.quotas.set(calls, read);
  }

  /**
   * Answers a scrape: the SDK's metrics, when they are to be had, and those of this registry.
   *
   * @param readSdkMetrics - see `readCoreMetrics`
   */
  async scrape(readSdkMetrics: () => Promise<string | undefined>): Promise<string> {
    const ofSdk = await readSdkMetrics();
    this.sdkMetricsUp.set(ofSdk === undefined ? 0 : 1);
    const own = await this.registry.metrics();
    return ofSdk === undefined || ofSdk === '' ? own : `${ofSdk.trimEnd()}\n${own}`;
  }
}
