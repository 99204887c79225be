import type { Table } from '../suite';

import type { Check } from './acceptance';
import type { Measured } from './measurements';
import type { KillFigures } from './kill-run';
import type { SuitePlan } from './plans';
import type { QuotaFigures } from './quota-figures';

/** Shows what waits for whom when the quota binds. */
export function delayTable(measured: readonly Measured<QuotaFigures>[], plan: SuitePlan): Table {
  const { alone, together, tasksInFlight } = plan;
  const { fromMs, toMs, callsPerSecond } = alone;
  return {
    title: `Peers at a quota of ${callsPerSecond} calls/s that binds: from the end of a task until it is known`,
    columns: [
      'peer',
      'mean delay s',
      'p99 s',
      'known',
      'given up',
      'delivery ms',
      'calls/s',
      'throttled',
      'calls per task',
      'most calls in 1 s',
    ],
    rows: measured.map(({ peer, figures }) => {
      const { ended, known, givenUp, throttled, throttledShare } = figures;
      const atLeast = known < ended ? '≥ ' : '';
      return [
        peer,
        atLeast + figures.meanDelaySeconds.toFixed(2),
        atLeast + figures.p99DelaySeconds.toFixed(1),
        `${known} of ${ended}`,
        String(givenUp),
        figures.deliveryMs.toFixed(0),
        figures.callsPerSecond.toFixed(1),
        `${throttled} (${(100 * throttledShare).toFixed(0)} %)`,
        figures.callsPerTask.toFixed(1),
        String(figures.mostCallsInASecond),
      ];
    }),
    notes: [
      `The same seeded tasks for all, always ${tasksInFlight} in flight; figures are of the tasks that ended, and the calls made, from ${fromMs / 1000} to ${toMs / 1000} s.`,
      plan.isQuick
        ? `Quick: all at the same time, so that the figures are orders of size only; the sample has the interval N/R. What is not known after ${alone.endMs / 1000} s counts until then: "≥".`
        : `What is not known when the run is over (${alone.endMs / 1000} s for the durable peers but the sample at 60 s, ${together.endMs / 1000} s for all others) counts until then: "≥". The sample’s second interval is that at which it makes as many calls as this project’s fast profile.`,
      'Every peer makes the same signed call; what differs is the waiting. Delivery, part of the delay: from the call that saw the end until the process knows, or the workflow is closed.',
      'A refused call: util-waiter tries again, as the check that the AWS SDK generates does with an exception that is no acceptor; core-lro fails the poller for good, and the second row is a caller that makes a new one 2 s later; Terraform and the bare loop count it as "not yet"; the sample retries at its interval. The retries of a call that the SDKs of AWS and Azure have below their waiters are left out.',
      'The failures of the sample are of the category that the worker does not log, which makes it cheaper than as published.',
    ],
  };
}

/** Shows what a follow costs. */
export function costTable(measured: readonly Measured<QuotaFigures>[]): Table {
  return {
    title: 'CPU time and history of a follow',
    columns: [
      'peer',
      'process ms/follow',
      'process ms/call',
      'server ms/follow',
      'server ms/call',
      'events/follow',
      'events/call',
      'machine idle %',
    ],
    rows: measured.map(({ peer, figures }) => [
      peer,
      figures.workerCpuMsPerTask.toFixed(1),
      figures.workerCpuMsPerCall.toFixed(2),
      optional(figures.serverCpuMsPerTask, 1),
      optional(figures.serverCpuMsPerCall, 2),
      optional(figures.eventsPerTask, 1),
      optional(figures.eventsPerCall, 1),
      (100 * figures.idleShare).toFixed(0),
    ]),
    notes: [
      'Of the process that makes the calls, and of the dev server with timers to the millisecond; begin and end of the follows are in it. A peer that gives follows up pays for fewer, and the sample at 60 s asks about most of its tasks again only after these figures were taken.',
      'Machine idle: near 0 the machine was too busy, and delays and CPU times tell of that and not of the peer.',
      'events/call: how much longer a history is for each further call.',
    ],
  };
}

/** Shows what a crash leaves. */
export function killTable(measured: readonly Measured<KillFigures>[], { kill }: SuitePlan): Table {
  return {
    title: `SIGKILL of the process ${kill.killAfterMs / 1000} s into ${kill.tasks} tasks of ${kill.durationMs / 1000} s, and a new start`,
    columns: ['peer', 'followed', 'lost', 'calls after the restart', 'last report after the end s'],
    rows: measured.map(({ peer, figures: { followed, lost, callsAfterRestart, lastReportSeconds } }) => [
      peer,
      String(followed),
      String(lost),
      String(callsAfterRestart),
      optional(lastReportSeconds, 1),
    ]),
    notes: [
      `Lost: no report within ${kill.patienceMs / 1000} s of the end. The new process of an in-process peer knows of no task.`,
      'core-lro can serialize a poller: a caller that had stored each could resume them. By itself it stores nothing.',
    ],
  };
}

/** Shows what was claimed and what came of it. */
export function acceptanceTable(checks: readonly Check[]): Table {
  return {
    title: 'This project (fast profile) against its peers',
    columns: ['claim', 'measured', 'met'],
    rows: checks.map(({ claim, measured, isMet }) => [claim, measured, isMet ? 'yes' : 'NO']),
    notes: [
      'CPU: a poll of this project is a timer, an activity and two workflow tasks, all in the history, so that the workflow knows each answer; a poll of the sample is a retry of one activity, of which the history keeps nothing.',
    ],
  };
}

function optional(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}
