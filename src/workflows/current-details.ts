import { ageText, pollCount, type FollowInput, type ProvisioningSnapshot } from '../contract';

import { code } from './inline-code';

/**
 * Describes a follow in Markdown, for the "current details" of the Temporal UI.
 *
 * @param input - what the follow was started with
 * @param at - when this is written, ISO 8601 in UTC
 */
export function describeForOperators(snapshot: ProvisioningSnapshot, input: FollowInput, at: string): string {
  const { phase, status, polls, failureReason, endedAt } = snapshot;
  const lines = [
    `**${phase}**: cloud status ${status === undefined ? 'not known yet' : code(status)} after ${pollCount(polls)}`,
    ...(endedAt === undefined ? linesOnTheWay(snapshot, at) : []),
    failureReason !== undefined && failureReason !== '' && `reason: ${failureReason}`,
    ...(endedAt === undefined ? [] : linesAtTheEnd(snapshot, endedAt)),
    whoAsked(input),
  ];
  return lines.filter((line) => typeof line === 'string').join('\n\n');
}

type Line = string | false | undefined;

function linesOnTheWay(snapshot: ProvisioningSnapshot, at: string): Line[] {
  const { nextPollAt, startedAt, deadlineAt, degradedBy, blockedBy, pausedReason } = snapshot;
  return [
    `${nextPollAt === undefined ? 'asking the cloud now' : `next poll at ${nextPollAt}`}, deadline ${deadlineAt}`,
    `age ${ageText(startedAt, at)} at ${at}`,
    pausedLine(snapshot),
    pausedReason !== undefined &&
      'Send the signal resume to go on; until then it polls when somebody asks for it, and at its deadline',
    degradedBy &&
      `riding out ${code(degradedBy.code)} since ${degradedBy.since} (${degradedBy.count} in a row): ${degradedBy.message}`,
    degradedBy?.advice,
    blockedBy && `needs a person since ${blockedBy.since}: ${code(blockedBy.code)} ${blockedBy.message}`,
    blockedBy &&
      `${blockedBy.advice ?? 'Mend it.'} Then send the signal resume${pausedReason === undefined ? ', or wait for the next probe' : ''}`,
  ];
}

function linesAtTheEnd(snapshot: ProvisioningSnapshot, endedAt: string): Line[] {
  const { lastError, startedAt, resolution } = snapshot;
  return [
    pausedLine(snapshot),
    resolution && `declared ${resolution.outcome} by ${resolution.by}: ${resolution.reason}`,
    lastError && `last error: ${code(lastError.code)} ${lastError.message}`,
    `ended at ${endedAt}, age ${ageText(startedAt, endedAt)}`,
  ];
}

function pausedLine({ pausedReason, pausedAt }: ProvisioningSnapshot): Line {
  return pausedReason !== undefined && `paused since ${pausedAt}: ${pausedReason}`;
}

/** The summary of the start is lost when a run continues as new, so this says the same. */
function whoAsked({ zoneId, taskId, requestedBy, note }: FollowInput): string {
  const who = requestedBy === undefined ? '' : `, requested by ${requestedBy}`;
  return `zone ${code(zoneId)} task ${code(taskId)}${who}${note === undefined ? '' : `: ${note}`}`;
}
