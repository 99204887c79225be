import type { BatchOptions, BatchProgress } from '../../contract';
import { code } from '../inline-code';

import { openItems, outcomesText } from './batch-progress';

/** Describes a batch in Markdown, for the "current details" of the Temporal UI. */
export function describeBatch(progress: BatchProgress, { requestedBy, note }: BatchOptions): string {
  const { phase, total, outcomes, startedAt, endedAt, pausedReason, blockedBy, degradedBy, parts } = progress;
  const lines = [
    `**${phase}**: ${total - openItems(outcomes)} of ${total} items are over: ${outcomesText(outcomes)}`,
    `zone ${code(progress.zoneId)}, since ${startedAt}${endedAt === undefined ? '' : `, ended at ${endedAt}`}`,
    pausedReason !== undefined && `paused: ${pausedReason}. Send the signal resume to go on`,
    blockedBy && `needs a person since ${blockedBy.since}: ${code(blockedBy.code)} ${blockedBy.message}`,
    blockedBy && `${blockedBy.advice ?? 'Mend it.'} Then send the signal resume, or wait for the next try`,
    degradedBy &&
      `riding out ${code(degradedBy.code)} since ${degradedBy.since} (${degradedBy.count} in a row): ${degradedBy.message}`,
    parts && `${parts.length} parts, each a workflow of its own`,
    requestedBy !== undefined && `requested by ${requestedBy}`,
    note !== undefined && `note: ${note}`,
  ];
  return lines.filter((line) => typeof line === 'string').join('\n\n');
}
