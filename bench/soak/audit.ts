import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';

import type { Emulator } from '../../emulator';
import { mapBounded } from '../../src/cli/bounded';
import { workflowId, type ProvisioningClient } from '../../src/client';

import type { WorkerRecord } from './fleet';
import { ZONE, type PlannedFollow } from './plan';

/** What became of the follows. */
export interface Audit {
  follows: number;
  byPhase: Record<string, number>;
  /** A sentence for each that did not end as planned. */
  endedWrong: string[];
  /** Tasks that were asked twice at the same time. */
  askedTwice: string[];
  /** Runs of all follows together. */
  runs: number;
  calls: number;
  /** Calls that were out when their worker was killed. */
  lostWithWorker: number;
  /** Calls that the last release lost in a drain, as the present version must not. */
  lostByLastRelease: number;
  /** A sentence for each other call that timed out. */
  timedOut: string[];
  /** A sentence for each step of a workflow that failed, as one that cannot be replayed does. */
  failedSteps: string[];
  /** Follows whose steps were made by more than one worker. */
  carriedOn: number;
}

type Workers = ReadonlyMap<number, WorkerRecord>;
type Event = temporal.api.history.v1.IHistoryEvent;

const AT_ONCE = 10;
const PATIENCE_MS = 120_000;
const { WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND: MESSAGE_CAME } = temporal.api.enums.v1.WorkflowTaskFailedCause;

interface World {
  client: ProvisioningClient;
  temporal: Client;
  emulator: Emulator;
}

/** Waits for the end of each follow, and reads all of their histories. */
export async function auditFollows(world: World, follows: readonly PlannedFollow[], workers: Workers): Promise<Audit> {
  const audit: Audit = {
    follows: follows.length,
    byPhase: {},
    endedWrong: [],
    askedTwice: [],
    runs: 0,
    calls: 0,
    lostWithWorker: 0,
    lostByLastRelease: 0,
    timedOut: [],
    failedSteps: [],
    carriedOn: 0,
  };
  const giveUpAt = Date.now() + PATIENCE_MS;
  await mapBounded(follows, AT_ONCE, async ({ taskId, ends }) => {
    const timeoutMs = Math.max(1, giveUpAt - Date.now());
    const wait = await world.client.waitForOutcome(ZONE, taskId, { timeoutMs });
    const phase = wait.kind === 'ended' ? wait.outcome.phase : wait.kind;
    audit.byPhase[phase] = (audit.byPhase[phase] ?? 0) + 1;
    if (!ends.some((planned) => planned === phase))
      audit.endedWrong.push(`${taskId}: ${phase} instead of ${ends.join(' or ')}`);
    if (world.emulator.maxOutstanding(taskId) > 1) audit.askedTwice.push(taskId);
    await auditRuns(world.temporal, taskId, workers, audit);
  });
  return audit;
}

async function auditRuns(client: Client, taskId: string, workers: Workers, audit: Audit): Promise<void> {
  const id = workflowId(ZONE, taskId);
  const pids = new Set<number>();
  let { runId } = await client.workflow.getHandle(id).describe();
  while (runId !== '') {
    audit.runs += 1;
    const { events = [] } = await client.workflow.getHandle(id, runId).fetchHistory();
    auditEvents(taskId, events ?? [], workers, audit);
    for (const event of events ?? []) {
      const { identity } = event.workflowTaskStartedEventAttributes ?? {};
      if (identity) pids.add(pidOf(identity));
    }
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  if (pids.size > 1) audit.carriedOn += 1;
}

/** Counts what the history of one run tells. */
export function auditEvents(
  taskId: string,
  events: readonly Event[],
  workers: Workers,
  audit: Pick<Audit, 'calls' | 'lostWithWorker' | 'lostByLastRelease' | 'timedOut' | 'failedSteps'>,
): void {
  const startedBy = new Map<string, { pid: number; atMs: number }>();
  for (const { eventId, ...event } of events) {
    const { activityTaskStartedEventAttributes: started, activityTaskTimedOutEventAttributes: timedOut } = event;
    if (started) {
      audit.calls += 1;
      startedBy.set(String(eventId), { pid: pidOf(started.identity), atMs: optionalTsToMs(event.eventTime) ?? NaN });
    }
    if (timedOut) {
      const { pid, atMs } = startedBy.get(String(timedOut.startedEventId)) ?? { pid: NaN, atMs: NaN };
      const { version, end } = workers.get(pid) ?? {};
      if (end?.signal === 'SIGKILL') audit.lostWithWorker += 1;
      else if (version === 'last' && end) audit.lostByLastRelease += 1;
      else audit.timedOut.push(`${taskId}: a call of a worker of the ${version} version, begun ${whenOf(atMs, end)}`);
    }
    const { workflowTaskFailedEventAttributes: failed } = event;
    // A message that comes while a run ends has its step made again.
    if (failed && failed.cause !== MESSAGE_CAME) {
      audit.failedSteps.push(`${taskId}: ${failed.failure?.message ?? `cause ${failed.cause}`}`);
    }
  }
}

function whenOf(atMs: number, end: WorkerRecord['end']): string {
  return end ? `${((atMs - end.atMs) / 1000).toFixed(2)} s after its ${end.signal}` : 'while it ran';
}

function pidOf(identity: string | null | undefined): number {
  return Number.parseInt(identity ?? '', 10);
}
