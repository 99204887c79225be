import { pollCount, type ProvisioningSnapshot } from '../contract';

/** Describes a follow in Markdown, for the "current details" of the Temporal UI. */
export function describeForOperators(snapshot: ProvisioningSnapshot): string {
  const { phase, status, polls, failureReason, endedAt } = snapshot;
  const lines = [
    `**${phase}**: cloud status ${status === undefined ? 'not known yet' : code(status)} after ${pollCount(polls)}`,
    ...(endedAt === undefined ? linesOnTheWay(snapshot) : []),
    failureReason !== undefined && failureReason !== '' && `reason: ${failureReason}`,
    ...(endedAt === undefined ? [] : linesAtTheEnd(snapshot)),
  ];
  return lines.filter((line) => typeof line === 'string').join('\n\n');
}

type Line = string | false | undefined;

function linesOnTheWay({ nextPollAt, deadlineAt, degradedBy, blockedBy }: ProvisioningSnapshot): Line[] {
  return [
    `${nextPollAt === undefined ? 'asking the cloud now' : `next poll at ${nextPollAt}`}, deadline ${deadlineAt}`,
    degradedBy &&
      `riding out ${code(degradedBy.code)} since ${degradedBy.since} (${degradedBy.count} in a row): ${degradedBy.message}`,
    degradedBy?.advice,
    blockedBy && `needs a person since ${blockedBy.since}: ${code(blockedBy.code)} ${blockedBy.message}`,
    blockedBy && `${blockedBy.advice ?? 'Mend it.'} Then send the signal resume, or wait for the next probe`,
  ];
}

function linesAtTheEnd({ lastError, endedAt }: ProvisioningSnapshot): Line[] {
  return [lastError && `last error: ${code(lastError.code)} ${lastError.message}`, `ended at ${endedAt}`];
}

/** As inline code, which a backtick or a line break of the cloud would break. */
function code(text: string): string {
  return `\`${text.replaceAll(/[`\r\n]/g, ' ')}\``;
}
