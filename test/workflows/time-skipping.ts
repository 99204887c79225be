import path from 'node:path';

import { activityInfo } from '@temporalio/activity';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type LogEntry } from '@temporalio/worker';

import { createActivities, createItemsFileActivities, createUserSyncActivities } from '../../src/activities';
import {
  FOLLOW_PROVISIONING_TASK,
  OUTCOME_MEMO,
  QUERIES,
  SEARCH_ATTRIBUTES,
  TASK_QUEUES,
  workflowId,
  type FollowInput,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
  type TaskStatusAnswer,
} from '../../src/contract';
import { findTestServer } from '../../src/dev/temporal-binaries';
import { WorkerMetrics } from '../../src/metrics';
import { apiTypeOf } from '../../src/preflight';
import { TencentCloudError, type OrganizationClient, type UserSyncActions } from '../../src/tencent';
import { root } from '../support/project';
import { until } from '../support/until';

/** What the cloud answers to one call: a status, or an error to throw. */
export type Step = TaskStatusAnswer | Error;
/** One step for each call, the last repeats; or a function of the call's number and of the seconds since the first. */
export type Script = readonly Step[] | ((call: number, ageSeconds: number) => Step);
export type Event = temporal.api.history.v1.IHistoryEvent;

/** How one follow went. */
export interface Followed {
  outcome: ProvisioningOutcome | undefined;
  /** What the workflow failed with; absent when it completed or was cancelled. */
  failure: ApplicationFailure | undefined;
  /** Whole seconds from the start of the workflow to each call of the last run; see {@link callsIn}. */
  calls: number[];
  /** Returns which of {@link calls} began nearest to an instant: the server tells the begin of a call by two clocks. */
  callAt: (instant: string | number | undefined) => number;
  /** History of the last run, whose first event is the start. */
  events: Event[];
  /** What the workflow warned about. */
  warnings: { message: string; status?: unknown }[];
  handle: WorkflowHandle;
}

/** What a test does while the follow runs. */
export type Meanwhile = (follow: {
  handle: WorkflowHandle;
  status: () => Promise<ProvisioningSnapshot>;
  /** Lets the server's clock run. */
  sleep: (seconds: number) => Promise<void>;
  /** Waits until so many polls are over. */
  polled: (polls: number) => Promise<void>;
}) => Promise<void>;

/** A server that skips time, with workers of the queues around a client of the cloud. */
export interface SkippingServer {
  client: Client;
  /** Follows a task of {@link ZONE} to its end. */
  followTask: (taskId: string, input?: Partial<FollowInput>, meanwhile?: Meanwhile) => Promise<Followed>;
  /** The server's clock, epoch ms. */
  now(): Promise<number>;
  /** The worker's metrics but for those of the SDK, as Prometheus scrapes them. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** The same with a cloud that answers by scripts. */
export interface TimeSkippingWorld extends Omit<SkippingServer, 'followTask'> {
  follow(script: Script, input?: Partial<FollowInput>, meanwhile?: Meanwhile): Promise<Followed>;
}

export const IN_PROGRESS: TaskStatusAnswer = { status: 'InProgress', taskType: 'StartProvisioning' };
export const SUCCESS: TaskStatusAnswer = { ...IN_PROGRESS, status: 'Success' };
export const ZONE = 'z-skipping';

/** Makes an error of the cloud as the API client throws it. */
export function cloudError(code: string, message = 'said the cloud'): TencentCloudError {
  return new TencentCloudError(code, message, { requestId: 'req-error', httpStatus: 200 });
}

/** Polls exactly once in so many seconds. */
export function every(seconds: number): Partial<FollowInput> {
  return { polling: { minIntervalSeconds: seconds, maxIntervalSeconds: seconds } };
}

export async function createTimeSkippingWorld(): Promise<TimeSkippingWorld> {
  const scripts = new Map<string, Script>();
  const progress = new Map<string, { calls: number; firstMs: number }>();
  const { followTask, ...server } = await startSkippingServer({
    getProvisioningTaskStatus({ taskId }: { taskId: string }): Promise<TaskStatusAnswer> {
      const script = scripts.get(taskId) ?? [];
      const nowMs = activityInfo().scheduledTimestampMs;
      const { calls, firstMs } = progress.get(taskId) ?? { calls: 0, firstMs: nowMs };
      progress.set(taskId, { calls: calls + 1, firstMs });
      const step =
        typeof script === 'function'
          ? script(calls, (nowMs - firstMs) / 1000)
          : script[Math.min(calls, script.length - 1)];
      if (step === undefined || step instanceof Error) return Promise.reject(step ?? new Error('no script'));
      return Promise.resolve({ requestId: `req-${calls + 1}`, ...step });
    },
  });
  let count = 0;
  return {
    ...server,
    follow(script, input, meanwhile) {
      const taskId = `t-${(count += 1)}`;
      scripts.set(taskId, script);
      return followTask(taskId, input, meanwhile);
    },
  };
}

/**
 * Starts it.
 *
 * @param batches - what batches need besides; without it only follows work
 */
export async function startSkippingServer(
  organization: Pick<OrganizationClient, 'getProvisioningTaskStatus'>,
  batches?: { userSyncs: UserSyncActions; itemsFolder: string },
): Promise<SkippingServer> {
  const logged: LogEntry[] = [];
  const logger = new DefaultLogger('WARN', (entry) => logged.push(entry));
  // Quiet: the test server lacks a capability that the SDK warns of in every run.
  Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
  const metrics = new WorkerMetrics({ version: '0.0.0', sdkVersion: '0.0.0' });
  const executable = { type: 'existing-path', path: await findTestServer() } as const;
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  // Without the preflight: the test server cannot list search attributes.
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map((name) => [name, apiTypeOf(name)])),
  });

  const workflowsPath = path.join(root, 'src', 'workflows', 'index.ts');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const { nativeConnection: connection } = env;
  const workers = await Promise.all([
    Worker.create({
      connection,
      workflowBundle,
      sinks: metrics.sinks,
      taskQueue: TASK_QUEUES.provisioning,
      ...(batches && { activities: createItemsFileActivities({ folder: batches.itemsFolder }) }),
    }),
    Worker.create({
      connection,
      taskQueue: TASK_QUEUES.tencentOrganization,
      activities: createActivities({ organization }),
    }),
    ...(batches
      ? [
          Worker.create({
            connection,
            taskQueue: TASK_QUEUES.tencentUserSync,
            activities: createUserSyncActivities({ organization: batches.userSyncs }),
          }),
        ]
      : []),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));

  return {
    client: env.client,
    async followTask(taskId, input = {}, meanwhile) {
      const handle = await env.client.workflow.start(FOLLOW_PROVISIONING_TASK, {
        workflowId: workflowId(ZONE, taskId),
        taskQueue: TASK_QUEUES.provisioning,
        args: [{ zoneId: ZONE, taskId, ...input }],
      });
      const status = (): Promise<ProvisioningSnapshot> => handle.query<ProvisioningSnapshot>(QUERIES.status);
      await meanwhile?.({
        handle,
        status,
        sleep: (seconds) => env.sleep(seconds * 1000),
        polled: (polls) => until(`${polls} polls are over`, async () => (await status()).polls >= polls),
      });
      const { outcome, failure } = await resultOf(handle);
      const { events } = await handle.fetchHistory();
      const warnings = logged
        .filter(({ level, meta }) => level === 'WARN' && meta?.workflowId === handle.workflowId)
        .map(({ message, meta }) => ({ message, status: meta?.status as unknown }));
      const calls = callsIn(events ?? [], Date.parse(outcome?.deadlineAt ?? ''));
      const began = callTimesIn(events ?? []);
      const callAt: Followed['callAt'] = (instant = NaN) => {
        const distances = began.map((at) => Math.abs(at - new Date(instant).getTime()));
        return calls[distances.indexOf(Math.min(...distances))] ?? NaN;
      };
      return { outcome, failure, calls, callAt, events: events ?? [], warnings, handle };
    },
    now: () => env.currentTimeMs(),
    metrics: () => metrics.scrape(() => Promise.resolve(undefined)),
    async close() {
      for (const worker of workers) worker.shutdown();
      await running;
      await env.teardown();
    },
  };
}

async function resultOf(handle: WorkflowHandle): Promise<Pick<Followed, 'outcome' | 'failure'>> {
  try {
    return { outcome: (await handle.result()) as ProvisioningOutcome, failure: undefined };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      return { outcome: cause.details?.[0] as ProvisioningOutcome | undefined, failure: cause };
    }
    const { memo } = await handle.describe();
    return { outcome: memo?.[OUTCOME_MEMO] as ProvisioningOutcome | undefined, failure: undefined };
  }
}

/** Returns the instant of an event in epoch ms. */
export function timeOf({ eventTime }: Event): number {
  return Number(eventTime?.seconds) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
}

/** Whole seconds from the start of a follow to an instant, by the server's clock, which runs while the worker works. */
export function secondsInto(outcome: ProvisioningOutcome | undefined, instant: string | undefined): number {
  return Math.floor((Date.parse(instant ?? '') - Date.parse(outcome?.startedAt ?? '')) / 1000);
}

/** Returns the instant of each call that a run began, in epoch ms. */
export function callTimesIn(events: readonly Event[]): number[] {
  return events.filter((event) => event.activityTaskScheduledEventAttributes).map(timeOf);
}

/** Returns the seconds of a timer that was started. */
export function timerSeconds({ timerStartedEventAttributes: started }: Event): number | undefined {
  if (!started) return undefined;
  const { seconds, nanos } = started.startToFireTimeout ?? {};
  return Number(seconds ?? 0) + (nanos ?? 0) / 1e9;
}

/**
 * Tells when each call began, in seconds from the start: the sum of the waits before it. The server's clock also runs
 * while the worker works, so it is asked only where a wait was cut short; a wait to the deadline makes that up.
 */
function callsIn(events: readonly Event[], deadlineMs: number): number[] {
  const startMs = timeOf(events[0] ?? {});
  const calls: number[] = [];
  let workflowMs = startMs;
  let second = 0;
  let timerEnd = 0;
  for (const event of events) {
    if (event.workflowTaskStartedEventAttributes) workflowMs = timeOf(event);
    const seconds = timerSeconds(event);
    if (seconds !== undefined) {
      const isToDeadline = Math.abs(workflowMs + seconds * 1000 - deadlineMs) <= 1;
      timerEnd = isToDeadline ? (deadlineMs - startMs) / 1000 : second + seconds;
    }
    if (event.timerFiredEventAttributes) second = timerEnd;
    if (event.timerCanceledEventAttributes) second = Math.floor((timeOf(event) - startMs) / 1000);
    if (event.activityTaskScheduledEventAttributes) calls.push(Math.round(second));
  }
  return calls;
}

/** What each upsert of search attributes wrote, by their keys in the contract; null removes, an instant is ISO 8601. */
export function upsertsIn(events: readonly Event[]): Partial<Record<keyof typeof SEARCH_ATTRIBUTES, unknown>>[] {
  return events.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
    const fields = upsert?.searchAttributes?.indexedFields ?? {};
    const written = Object.entries(SEARCH_ATTRIBUTES).flatMap(([key, name]) =>
      fields[name] ? [[key, defaultPayloadConverter.fromPayload<unknown>(fields[name])] as const] : [],
    );
    return upsert ? [Object.fromEntries(written)] : [];
  });
}
