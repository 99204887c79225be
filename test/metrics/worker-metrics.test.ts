import { WorkerMetrics } from '../../src/metrics';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const NOW_SECONDS = NOW_MS / 1000;
const SIGNED = { action: 'GetProvisioningTaskStatus', seconds: 0.2 } as const;

function createMetrics() {
  const metrics = new WorkerMetrics({ version: '1.2.3', sdkVersion: '4.5.6', now: () => NOW_MS });
  /** The samples of ours whose names begin so, in the order of their names. */
  const samples = async (...prefixes: string[]): Promise<string[]> => {
    const text = await metrics.scrape(() => Promise.resolve(undefined));
    return text
      .split('\n')
      .filter((line) => prefixes.some((prefix) => line.startsWith(`provisioning_${prefix}`)))
      .sort();
  };
  return { metrics, samples };
}

/** Stands for what a sink is told besides. */
const INFO = {} as Parameters<WorkerMetrics['sinks']['provisioningMetrics']['followEnded']['fn']>[0];

test('counts the endings of follows, each from 0 on, and how long an end was unseen', async () => {
  const { metrics, samples } = createMetrics();
  const { followEnded, endDetected, unknownStatusSeen } = metrics.sinks.provisioningMetrics;
  await followEnded.fn(INFO, 'Succeeded');
  await followEnded.fn(INFO, 'Succeeded');
  await followEnded.fn(INFO, 'Vanished');
  await endDetected.fn(INFO, 4);
  await endDetected.fn(INFO, 31);
  await unknownStatusSeen.fn(INFO);
  expect(await samples('follow_endings', 'detection_delay_seconds_sum', 'unknown')).toEqual([
    'provisioning_detection_delay_seconds_sum 35',
    'provisioning_follow_endings_total{ending="Cancelled"} 0',
    'provisioning_follow_endings_total{ending="DeadlineExceeded"} 0',
    'provisioning_follow_endings_total{ending="Failed"} 0',
    'provisioning_follow_endings_total{ending="NotFound"} 0',
    'provisioning_follow_endings_total{ending="Rejected"} 0',
    'provisioning_follow_endings_total{ending="Resolved"} 0',
    'provisioning_follow_endings_total{ending="Succeeded"} 2',
    'provisioning_follow_endings_total{ending="Vanished"} 1',
    'provisioning_unknown_statuses_total 1',
  ]);
  const buckets = await samples('detection_delay_seconds_bucket');
  expect(buckets).toEqual(
    expect.arrayContaining([
      'provisioning_detection_delay_seconds_bucket{le="3"} 0',
      'provisioning_detection_delay_seconds_bucket{le="5"} 1',
      'provisioning_detection_delay_seconds_bucket{le="30"} 1',
      'provisioning_detection_delay_seconds_bucket{le="45"} 2',
    ]),
  );
});

test('adds up the items of batches and of the parts of large ones', async () => {
  const { metrics, samples } = createMetrics();
  const { batchItemsEnded } = metrics.sinks.provisioningMetrics;
  await batchItemsEnded.fn(INFO, { Succeeded: 190, Failed: 10 });
  await batchItemsEnded.fn(INFO, { Succeeded: 7 });
  expect((await samples('batch_items')).filter((line) => !line.endsWith(' 0'))).toEqual([
    'provisioning_batch_items_total{outcome="Failed"} 10',
    'provisioning_batch_items_total{outcome="Succeeded"} 197',
  ]);
});

test('counts requests by action and result with their latency, and failed calls by class and code', async () => {
  const { metrics, samples } = createMetrics();
  metrics.cloud.requested({ ...SIGNED, result: 'answered' });
  metrics.cloud.requested({ ...SIGNED, result: 'answered', seconds: 3 });
  metrics.cloud.requested({ ...SIGNED, result: 'failed', seconds: 10 });
  metrics.cloud.failed({ action: SIGNED.action, errorClass: 'transient', code: 'ClientError.Timeout' });
  metrics.cloud.failed({ action: 'ListTasks', errorClass: 'unknown', code: 'no code at all' });
  expect(await samples('call')).toEqual(
    expect.arrayContaining([
      'provisioning_call_errors_total{action="GetProvisioningTaskStatus",error_class="transient",code="ClientError.Timeout"} 1',
      'provisioning_call_errors_total{action="ListTasks",error_class="unknown",code="other"} 1',
      'provisioning_call_latency_seconds_bucket{le="0.1",action="GetProvisioningTaskStatus"} 0',
      'provisioning_call_latency_seconds_bucket{le="0.25",action="GetProvisioningTaskStatus"} 1',
      'provisioning_call_latency_seconds_bucket{le="5",action="GetProvisioningTaskStatus"} 2',
      'provisioning_call_latency_seconds_bucket{le="10",action="GetProvisioningTaskStatus"} 3',
      'provisioning_call_latency_seconds_count{action="GetProvisioningTaskStatus"} 3',
      'provisioning_calls_total{action="GetProvisioningTaskStatus",result="answered"} 2',
      'provisioning_calls_total{action="GetProvisioningTaskStatus",result="failed"} 1',
    ]),
  );
});

test.each([
  [600, 'behind'],
  [-600, 'ahead of'],
])('shows with its sign how far this machine’s clock is off: %d s %s the cloud’s', async (offset) => {
  const { metrics, samples } = createMetrics();
  expect(await samples('clock')).toEqual([]);
  metrics.cloud.requested({ ...SIGNED, result: 'refused', serverTimeSeconds: NOW_SECONDS + offset });
  // One that does not tell the cloud's time leaves it.
  metrics.cloud.requested({ ...SIGNED, result: 'failed' });
  expect(await samples('clock')).toEqual([`provisioning_clock_offset_seconds ${offset}`]);
});

test('shows when keys were had and when they end, and counts renewals', async () => {
  const { metrics, samples } = createMetrics();
  const source = 'role r through STS';
  metrics.cloud.keyObtained({ source: 'the environment', isRenewal: false });
  metrics.cloud.keyObtained({ source, expiresAtMs: NOW_MS + 7_200_000, isRenewal: false });
  expect(await samples('credentials')).toEqual([
    `provisioning_credentials_expire_timestamp_seconds{source="${source}"} ${NOW_SECONDS + 7_200}`,
    `provisioning_credentials_obtained_timestamp_seconds{source="${source}"} ${NOW_SECONDS}`,
    `provisioning_credentials_obtained_timestamp_seconds{source="the environment"} ${NOW_SECONDS}`,
    'provisioning_credentials_renewals_total{result="failed"} 0',
    'provisioning_credentials_renewals_total{result="renewed"} 0',
  ]);
  metrics.cloud.keyNotObtained(source);
  // A key without an end took its place.
  metrics.cloud.keyObtained({ source, isRenewal: true });
  expect(await samples('credentials_expire', 'credentials_renewals')).toEqual([
    'provisioning_credentials_renewals_total{result="failed"} 1',
    'provisioning_credentials_renewals_total{result="renewed"} 1',
  ]);
});

test('reads quotas at each scrape; a share that is not known yet is absent', async () => {
  const { metrics, samples } = createMetrics();
  expect(await samples('quota', 'throttles')).toEqual([]);
  const figures = { quotaPerSecond: 100, throttles: 0 };
  metrics.watchQuota('status', () => figures);
  expect(await samples('quota', 'throttles')).toEqual([
    'provisioning_quota_calls_per_second{calls="status"} 100',
    'provisioning_throttles_total{calls="status"} 0',
  ]);
  Object.assign(figures, { quotaPerSecond: 90, sharePerSecond: 22.5, throttles: 3 });
  for (let scrape = 0; scrape < 2; scrape += 1) {
    expect(await samples('quota', 'throttles')).toEqual([
      'provisioning_quota_calls_per_second{calls="status"} 90',
      'provisioning_quota_share_calls_per_second{calls="status"} 22.5',
      'provisioning_throttles_total{calls="status"} 3',
    ]);
  }
});

test('shows the counts of the server, and nothing in their place once they cannot be had', async () => {
  const { metrics, samples } = createMetrics();
  const gauges = ['follows', 'blocked', 'batches', 'counts'];
  expect(await samples(...gauges)).toEqual([]);
  metrics.follows.show(
    {
      follows: { Polling: 7, Paused: 0, Blocked: 2, NotBegun: 1 },
      blockedLongestSeconds: 90,
      batches: { provisionUsers: 1, deprovisionUsers: 0 },
    },
    NOW_MS,
  );
  expect(await samples(...gauges)).toEqual([
    'provisioning_batches{type="deprovisionUsers"} 0',
    'provisioning_batches{type="provisionUsers"} 1',
    'provisioning_blocked_longest_seconds 90',
    `provisioning_counts_last_success_timestamp_seconds ${NOW_SECONDS}`,
    'provisioning_follows{phase="Blocked"} 2',
    'provisioning_follows{phase="NotBegun"} 1',
    'provisioning_follows{phase="Paused"} 0',
    'provisioning_follows{phase="Polling"} 7',
  ]);
  metrics.follows.hide();
  expect(await samples(...gauges)).toEqual([`provisioning_counts_last_success_timestamp_seconds ${NOW_SECONDS}`]);
});

test('shows whether the worker is ready and the server is reached; nothing of the server before the first probe', async () => {
  const { metrics, samples } = createMetrics();
  expect(await samples('worker', 'temporal')).toEqual([
    'provisioning_temporal_probes_total{result="answered"} 0',
    'provisioning_temporal_probes_total{result="failed"} 0',
    'provisioning_worker_ready 0',
  ]);
  metrics.health.probed(true);
  metrics.health.ready(true);
  metrics.health.probed(false);
  expect(await samples('worker', 'temporal')).toEqual([
    `provisioning_temporal_last_contact_timestamp_seconds ${NOW_SECONDS}`,
    'provisioning_temporal_probes_total{result="answered"} 1',
    'provisioning_temporal_probes_total{result="failed"} 1',
    'provisioning_temporal_reachable 0',
    'provisioning_worker_ready 1',
  ]);
  metrics.health.probed(true);
  metrics.health.ready(false);
  expect(await samples('worker_ready', 'temporal_reachable')).toEqual([
    'provisioning_temporal_reachable 1',
    'provisioning_worker_ready 0',
  ]);
});

test('a scrape has the metrics of the SDK first, or says that they are missing', async () => {
  const { metrics } = createMetrics();
  const whole = await metrics.scrape(() => Promise.resolve('# TYPE temporal_a counter\ntemporal_a 1\n\n'));
  expect(whole).toMatch(/^# TYPE temporal_a counter\ntemporal_a 1\n# HELP provisioning_/);
  expect(whole).toContain('\nprovisioning_sdk_metrics_up 1\n');
  expect(whole).toContain('\nprovisioning_build_info{version="1.2.3",sdk_version="4.5.6"} 1\n');
  expect(whole).toMatch(/\nprocess_resident_memory_bytes \d+\n/);
  expect(whole).toMatch(/\nnodejs_eventloop_lag_p99_seconds /);
  const partly = await metrics.scrape(() => Promise.resolve(undefined));
  expect(partly).toMatch(/^# HELP provisioning_/);
  expect(partly).toContain('\nprovisioning_sdk_metrics_up 0\n');
  expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
});
