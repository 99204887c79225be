import { StringDecoder } from 'node:string_decoder';

import type { FollowInput } from './contract';

/** The server takes 400 bytes of JSON, in which a quote takes two. */
const MAX_SUMMARY_BYTES = 200;

/** Words the one line that tells a follow from others in the Temporal UI. */
export function summaryOf({ zoneId, taskId, requestedBy }: FollowInput): string {
  const text = oneLine(
    `zone ${zoneId} task ${taskId}${requestedBy === undefined ? '' : `, requested by ${requestedBy}`}`,
  );
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_SUMMARY_BYTES) return text;
  // The cut may fall into a character, which is then left out.
  const head = new StringDecoder('utf8').write(bytes.subarray(0, MAX_SUMMARY_BYTES - Buffer.byteLength('…')));
  return `${head}…`;
}

/** Writes the run book of a follow in Markdown: what it is, and what to do when it is not as it should be. */
export function runBookOf({ zoneId, taskId, requestedBy, note }: FollowInput): string {
  const task = `${shellWord(zoneId)} ${shellWord(taskId)}`;
  const why = [
    requestedBy !== undefined && `Requested by ${oneLine(requestedBy)}.`,
    note !== undefined && `Note: ${printable(note)}`,
  ];
  return `${why
    .filter((line) => typeof line === 'string')
    .map((line) => `${line}\n\n`)
    .join(
      '',
    )}This workflow asks the cloud for the state of one synchronization task until that is over. It only asks: cancelling, pausing or terminating it does nothing to the task in the cloud.

**How it stands** is under _Current details_, and in the answer of the query \`status\`.

| you see | it means | do |
| --- | --- | --- |
| \`Polling\` | it asks on its schedule | nothing |
| \`Polling\` with _riding out_ | a fault that passes by itself | nothing, unless it lasts; then \`npx provisioning doctor\` where the worker runs |
| \`Blocked\` | somebody must act: a permission, a key, an address | what the current details advise, then signal \`resume\` |
| \`Paused\` | a person stopped the polling | signal \`resume\` |
| the deadline comes too soon | the task is slow | update \`extendDeadline\` with \`{"bySeconds": 3600}\` |
| the cloud has forgotten the task | its result must come from a person | update \`resolve\` |
| nothing moves, no answer to a query | no worker runs | start one |

From a shell:

\`\`\`sh
npx provisioning status ${task}
npx provisioning check-now ${task}
npx provisioning pause ${task} --reason "…"
npx provisioning resume ${task}
npx provisioning extend ${task} --by 3600
npx provisioning resolve ${task} --outcome Succeeded --reason "…"
npx provisioning cancel ${task}
\`\`\`
`;
}

function shellWord(text: string): string {
  return /^[\w.:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ');
}

/** Without control characters but line breaks: as JSON each would take six bytes. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/[^\P{Cc}\n]+/gu, ' ');
}
