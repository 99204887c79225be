import { pollCount, type ProvisioningSnapshot, type WaitResult } from '../client';

/** Option of every command. */
export interface CommonOptions {
  /** One JSON object on stdout instead of sentences. */
  json?: boolean;
}

/** Describes a follow in one line. */
export function snapshotLine(snapshot: ProvisioningSnapshot, nowMs: number): string {
  const { taskId, phase, status, polls, startedAt, endedAt, nextPollAt, failureReason, degradedBy, blockedBy } =
    snapshot;
  const ageMs = (endedAt === undefined ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt);
  const parts = [
    `${taskId} ${phase}`,
    `status ${status ?? 'not known yet'}`,
    `age ${seconds(ageMs)}`,
    pollCount(polls),
    endedAt === undefined &&
      (nextPollAt === undefined ? 'asking now' : `next in ${seconds(Date.parse(nextPollAt) - nowMs)}`),
    failureReason !== undefined && failureReason !== '' && `reason: ${failureReason}`,
    degradedBy && `riding out ${degradedBy.code} (${degradedBy.count} in a row)`,
    blockedBy && `needs a person: ${blockedBy.code} ${blockedBy.message}`,
  ];
  return parts.filter((part) => typeof part === 'string').join(', ');
}

/** Describes what a wait brought, in one sentence. */
export function resultSentence(result: WaitResult): string {
  switch (result.kind) {
    case 'ended':
      return `${result.outcome.phase}: ${result.outcome.message}`;
    case 'waiting':
      return 'Not over yet: the wait ended, the follow goes on';
    case 'stopped':
      return `The workflow was stopped from outside, without an outcome: ${result.reason}`;
  }
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}

/** Writes one JSON object to stdout. */
export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes one line to stdout. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
