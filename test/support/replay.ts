import type { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';

import { WorkerMetrics } from '../../src/metrics';
import { findWorkflowBundle, type BundleVariant } from '../../src/workflow-bundle';

/** What a workflow did, and under which id. */
export interface Recorded {
  workflowId: string;
  history: temporal.api.history.v1.IHistory;
}

/** Replays with the bundle that a worker takes, and tells of each history which error came of it. */
export async function replay(
  variant: BundleVariant,
  recorded: readonly Recorded[],
): Promise<[string, Error | undefined][]> {
  const errors: [string, Error | undefined][] = [];
  const workflowBundle = findWorkflowBundle(variant);
  const { sinks: metricSinks } = new WorkerMetrics({ version: '0.0.0', sdkVersion: '0.0.0' });
  const sinks = { ...metricSinks, exporter: { export: { fn: () => undefined } } };
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, sinks }, recorded)) {
    errors.push([workflowId, error]);
  }
  return errors;
}
