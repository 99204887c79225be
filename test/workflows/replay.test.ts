import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import type { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';

import { releasedVersions } from '../../scripts/changelog';
import {
  DEPROVISION_USERS,
  ENDINGS,
  FOLLOW_PROVISIONING_TASK,
  PROVISION_USERS,
  SEARCH_ATTRIBUTES,
  type BatchPhase,
} from '../../src/contract';
import { BUNDLE_VARIANTS } from '../../src/workflow-bundle';
import { root } from '../support/project';
import { replay, type Recorded } from '../support/replay';

type History = temporal.api.history.v1.IHistory;

const FOLDER = path.join(root, 'test', 'histories');
/** Every recording, as `<version>/<name>`. */
const RECORDINGS = readdirSync(FOLDER).flatMap((version) =>
  readdirSync(path.join(FOLDER, version)).map((file) => `${version}/${path.basename(file, '.json')}`),
);
/** Versions that have recordings. */
const RECORDED = [...new Set(RECORDINGS.map((recording) => path.dirname(recording)))];
const RELEASED = releasedVersions(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'));

beforeAll(() => {
  // Silent about what a test expects: the failed replay.
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
});

describe.each(BUNDLE_VARIANTS)('the workflows replay what they did before, %j', (variant) => {
  test('every history', async () => {
    const errors = await replay(variant, RECORDINGS.map(read));
    expect(errors.map(([workflowId, error], i) => [RECORDINGS[i], workflowId, error])).toEqual(
      RECORDINGS.map((recording) => [recording, read(recording).workflowId, undefined]),
    );
  });

  test('a history of other code is reported', async () => {
    const recorded = read('0.1.0/succeeded');
    for (const { activityTaskScheduledEventAttributes: scheduled } of recorded.history.events ?? []) {
      if (scheduled) scheduled.activityType = { name: 'describeProvisioningTask' };
    }
    const [[, error] = []] = await replay(variant, [recorded]);
    expect(error).toBeInstanceOf(DeterminismViolationError);
    expect(error?.message).toContain(
      "Activity type of scheduled event 'describeProvisioningTask' does not match activity type of activity command 'getProvisioningTaskStatus'",
    );
  });
});

test('every release has its histories', () => {
  expect(RELEASED).toContain('0.1.0');
  expect(RECORDED).toEqual(expect.arrayContaining(RELEASED));
});

describe.each(RECORDED)('the recorded histories of %s', (version) => {
  const histories = RECORDINGS.filter((recording) => path.dirname(recording) === version).map(
    (recording) => read(recording).history,
  );
  const lastPhasesOf = (...types: string[]): unknown[] =>
    histories.filter((history) => types.includes(typeOf(history))).map(lastPhase);

  test.each(ENDINGS)('a follow ends as %s', (ending) => {
    expect(lastPhasesOf(FOLLOW_PROVISIONING_TASK)).toContain(ending);
  });

  test.each<BatchPhase>(['Completed', 'Cancelled'])('a batch ends as %s', (phase) => {
    expect(lastPhasesOf(PROVISION_USERS, DEPROVISION_USERS)).toContain(phase);
  });

  test('a chain is there with its first and its last run', () => {
    const first = read(`${version}/continued-as-new-first-run`);
    const last = read(`${version}/continued-as-new-last-run`);
    expect(last.workflowId).toBe(first.workflowId);
    const runId = first.history.events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId;
    expect(first.history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
    expect(last.history.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId).toBe(runId);
    expect(last.history.events?.at(-1)?.workflowExecutionCompletedEventAttributes).toBeTruthy();
  });
});

function read(recording: string): Recorded {
  const text = readFileSync(path.join(FOLDER, `${recording}.json`), 'utf8');
  const { workflowId, history } = JSON.parse(text) as Recorded;
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
