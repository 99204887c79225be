import { pollCount, type ProvisioningSnapshot } from '../contract';

/** Describes a follow in Markdown, for the "current details" of the Temporal UI. */
export function describeForOperators(snapshot: ProvisioningSnapshot): string {
  const { phase, status, polls, nextPollAt, deadlineAt, failureReason, degradedBy, blockedBy } = snapshot;
  const lines = [
    `**${phase}**: cloud status ${status === undefined ? 'not known yet' : `\`${status}\``} after ${pollCount(polls)}`,
    nextPollAt !== undefined && `next poll at ${nextPollAt}, deadline ${deadlineAt}`,
    failureReason !== undefined && failureReason !== '' && `reason: ${failureReason}`,
    degradedBy &&
      `riding out \`${degradedBy.code}\` since ${degradedBy.since} (${degradedBy.count} in a row): ${degradedBy.message}`,
    blockedBy && `needs a person: \`${blockedBy.code}\` ${blockedBy.message}. Mend it, then send the signal pollNow`,
  ];
  return lines.filter((line) => typeof line === 'string').join('\n\n');
}
