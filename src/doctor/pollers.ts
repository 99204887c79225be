import type { Poller, TaskQueueKey, TaskQueueReport } from '../task-queues';
import { isSameVersion, makeCurrent, versionText } from '../worker-version';

import { failed, ok, warning, type Finding } from './check';

/** Who polls a task queue. */
export type PolledQueue = TaskQueueKey & Pick<TaskQueueReport, 'pollers' | 'currentVersion'>;

/** A poll is answered within 60 s, with or without a task. */
const SILENCE_MS = 90_000;
const START = 'Start a worker: npm run up, or node dist/src/worker.js';

/**
 * Judges whether workers poll every queue that get what is new there: those of the current version, or those without
 * one where no version is current. The server remembers a poller for five minutes after its last poll.
 *
 * @param nowMs - epoch ms
 */
export function judgePollers(queues: readonly PolledQueue[], nowMs: number): Finding {
  const detail = queues.map((queue) => sentenceOf(queue, nowMs)).join('; ');
  const left = queues.find((queue) => takers(queue).length === 0);
  if (left) return failed(detail, nextStep(left));
  const isSilent = queues.some((queue) => silenceMs(queue, nowMs) > SILENCE_MS);
  return isSilent
    ? warning(detail, `See whether that worker still runs and has free slots; else start one: ${START}`)
    : ok(detail);
}

function takers({ pollers, currentVersion }: PolledQueue): Poller[] {
  return pollers.filter(({ version }) => isSameVersion(version, currentVersion));
}

function sentenceOf(polled: PolledQueue, nowMs: number): string {
  const { queue, kind, currentVersion } = polled;
  const current = currentVersion ? ` of the current version ${versionText(currentVersion)}` : '';
  const workers = new Set(takers(polled).map(({ identity }) => identity)).size;
  if (workers === 0) return `no ${kind} worker${current} polls ${queue}${othersOf(polled)}`;
  const who = workers === 1 ? `1 worker${current} polls` : `${workers} workers${current} poll`;
  return `${who} ${queue}, the last time ${Math.round(silenceMs(polled, nowMs) / 1000)} s ago`;
}

/** Those that poll, though nothing new goes to them. */
function othersOf({ pollers }: PolledQueue): string {
  const texts = pollers.map(({ version }) => (version ? `of version ${versionText(version)}` : 'without a version'));
  return texts.length === 0 ? '' : `, only ${[...new Set(texts)].sort().join(', ')}, to which nothing new goes`;
}

function nextStep({ namespace, pollers, currentVersion }: PolledQueue): string {
  const waiting = pollers.find(({ version }) => version)?.version;
  const start = currentVersion ? `${START}, of version ${versionText(currentVersion)}` : START;
  if (!waiting) return start;
  return currentVersion
    ? `${start}. Or let another be current. ${makeCurrent(namespace, waiting)}`
    : makeCurrent(namespace, waiting);
}

function silenceMs(polled: PolledQueue, nowMs: number): number {
  // The server's clock may be a little ahead.
  return Math.max(0, nowMs - Math.max(...takers(polled).map(({ lastPollMs }) => lastPollMs)));
}
