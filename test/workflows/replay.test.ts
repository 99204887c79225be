import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import type { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';

import {
  DEPROVISION_USERS,
  ENDINGS,
  FOLLOW_PROVISIONING_TASK,
  PROVISION_USERS,
  SEARCH_ATTRIBUTES,
  type BatchPhase,
} from '../../src/contract';
import { WorkerMetrics } from '../../src/metrics';
import { BUNDLE_VARIANTS, findWorkflowBundle, type BundleVariant } from '../../src/workflow-bundle';
import { root } from '../support/project';

type History = temporal.api.history.v1.IHistory;

interface Recorded {
  workflowId: string;
  history: History;
}

const FOLDER = path.join(root, 'test', 'histories');
const NAMES = readdirSync(FOLDER).map((file) => path.basename(file, '.json'));

beforeAll(() => {
  // Silent about what a test expects: the failed replay.
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
});

describe.each(BUNDLE_VARIANTS)('the workflows replay what they did before, %j', (variant) => {
  test('every history', async () => {
    const errors = await errorsOf(variant, ...NAMES.map(read));
    expect(errors).toEqual(NAMES.map((name) => [read(name).workflowId, undefined]));
  });

  test('a history of other code is reported', async () => {
    const recorded = read('succeeded');
    for (const { activityTaskScheduledEventAttributes: scheduled } of recorded.history.events ?? []) {
      if (scheduled) scheduled.activityType = { name: 'describeProvisioningTask' };
    }
    const [[, error] = []] = await errorsOf(variant, recorded);
    expect(error).toBeInstanceOf(DeterminismViolationError);
    expect(error?.message).toContain(
      "Activity type of scheduled event 'describeProvisioningTask' does not match activity type of activity command 'getProvisioningTaskStatus'",
    );
  });
});

describe('the recorded histories', () => {
  const histories = NAMES.map((name) => read(name).history);
  const lastPhasesOf = (...types: string[]): unknown[] =>
    histories.filter((history) => types.includes(typeOf(history))).map(lastPhase);

  test.each(ENDINGS)('a follow ends as %s', (ending) => {
    expect(lastPhasesOf(FOLLOW_PROVISIONING_TASK)).toContain(ending);
  });

  test.each<BatchPhase>(['Completed', 'Cancelled'])('a batch ends as %s', (phase) => {
    expect(lastPhasesOf(PROVISION_USERS, DEPROVISION_USERS)).toContain(phase);
  });

  test('a chain is there with its first and its last run', () => {
    const first = read('continued-as-new-first-run');
    const last = read('continued-as-new-last-run');
    expect(last.workflowId).toBe(first.workflowId);
    const runId = first.history.events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId;
    expect(first.history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
    expect(last.history.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId).toBe(runId);
    expect(last.history.events?.at(-1)?.workflowExecutionCompletedEventAttributes).toBeTruthy();
  });
});

/** Replays with the bundles that a worker takes, and tells of each history which error came of it. */
async function errorsOf(variant: BundleVariant, ...recorded: Recorded[]): Promise<[string, Error | undefined][]> {
  const errors: [string, Error | undefined][] = [];
  const workflowBundle = findWorkflowBundle(variant);
  const { sinks: metricSinks } = new WorkerMetrics({ version: '0.0.0', sdkVersion: '0.0.0' });
  const sinks = { ...metricSinks, exporter: { export: { fn: () => undefined } } };
  const replays = Worker.runReplayHistories({ workflowBundle, sinks }, recorded);
  for await (const { workflowId, error } of replays) errors.push([workflowId, error]);
  return errors;
}

function read(name: string): Recorded {
  const { workflowId, history } = JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')) as Recorded;
  return { workflowId, history: historyFromJSON(history) };
}

function typeOf({ events }: History): string {
  return events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
}

function lastPhase({ events }: History): unknown {
  const phases = (events ?? []).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
    const data = upsert?.searchAttributes?.indexedFields?.[SEARCH_ATTRIBUTES.phase]?.data;
    return data ? [JSON.parse(Buffer.from(data).toString()) as unknown] : [];
  });
  return phases.at(-1);
}
