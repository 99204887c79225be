import { ageText, pollCount, type ProvisioningSnapshot, type WaitResult } from '../client';

import { printable } from './printable';

/** Option of every command. */
export interface CommonOptions {
  /** One JSON object on stdout instead of sentences. */
  json?: boolean;
}

/** Describes a follow in one line, safe for a terminal. */
export function snapshotLine(snapshot: ProvisioningSnapshot, nowMs: number): string {
  const { taskId, phase, status, polls, startedAt, endedAt, nextPollAt, failureReason, degradedBy, blockedBy } =
    snapshot;
  const { pausedReason, resolution } = snapshot;
  const parts = [
    `${taskId} ${phase}`,
    `status ${status ?? 'not known yet'}`,
    `age ${ageText(startedAt, endedAt ?? new Date(nowMs).toISOString())}`,
    pollCount(polls),
    endedAt === undefined &&
      (nextPollAt === undefined ? 'asking now' : `next in ${seconds(Date.parse(nextPollAt) - nowMs)}`),
    failureReason !== undefined && failureReason !== '' && `reason: ${failureReason}`,
    degradedBy && `riding out ${degradedBy.code} (${degradedBy.count} in a row)`,
    endedAt === undefined && pausedReason !== undefined && `paused: ${pausedReason}`,
    resolution && `declared ${resolution.outcome} by ${resolution.by}: ${resolution.reason}`,
    blockedBy && `needs a person: ${blockedBy.code} ${blockedBy.message}`,
  ];
  return printable(parts.filter((part) => typeof part === 'string').join(', '));
}

/** Describes what a wait brought, in one sentence, safe for a terminal. */
export function resultSentence(result: WaitResult): string {
  switch (result.kind) {
    case 'ended':
      return printable(`${result.outcome.phase}: ${result.outcome.message}`);
    case 'waiting':
      return 'Not over yet: the wait ended, the follow goes on';
    case 'stopped':
      return printable(`The workflow was stopped from outside, without an outcome: ${result.reason}`);
  }
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}

/** Writes one JSON object to stdout. */
export function printJson(value: object): void {
  // JSON leaves some control characters as they are, which a terminal would obey.
  const text = JSON.stringify(value).replaceAll(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  process.stdout.write(`${text}\n`);
}

/** Shows where a long work is on stderr, for who waits at a terminal; an empty text takes it away. */
export function showCounter(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Writes one line to stderr. */
export function printNote(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Writes one line to stdout. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
