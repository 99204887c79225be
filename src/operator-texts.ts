import { StringDecoder } from 'node:string_decoder';

import type { FollowInput } from './contract';

/** Who asked for a workflow, and why. */
type Requester = Pick<FollowInput, 'requestedBy' | 'note'>;

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
export function runBookOf(input: FollowInput): string {
  const { zoneId, taskId } = input;
  const task = `${shellWord(zoneId)} ${shellWord(taskId)}`;
  return `${whoAndWhy(input)}This workflow asks the cloud for the state of one synchronization task until that is over. It only asks: cancelling, pausing or terminating it does nothing to the task in the cloud.

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

/** Writes the run book of a batch in Markdown, as {@link runBookOf} does that of a follow. */
export function batchRunBookOf(workflowId: string, input: Requester): string {
  const id = shellWord(workflowId);
  return `${whoAndWhy(input)}This workflow creates or removes user syncs and follows the task of each, as workflows of their own that outlive it. No item is created twice: what a lost answer did is looked up first.

**How it stands** is under _Current details_, and in the answer of the query \`progress\`; what became of each item in that of \`report\`.

| you see | it means | do |
| --- | --- | --- |
| \`Running\` | it creates, removes or follows | nothing |
| \`Running\` with _riding out_ | a fault that passes by itself | nothing, unless it lasts; then \`npx provisioning doctor\` where the worker runs |
| \`Blocked\` | somebody must act: a permission, a key, an address | what the current details advise, then signal \`resume\` |
| \`Paused\` | a person stopped what is new; follows go on | signal \`resume\` |
| items that failed | their reasons are in the report | mend what they name, then update \`retryFailed\`; after the end start the same items again |
| it must not go on | | cancel it: what has begun goes on in the cloud, and is in the report |
| nothing moves, no answer to a query | no worker runs | start one |

From a shell:

\`\`\`sh
npx provisioning batch attach ${id}
npx provisioning batch report ${id}
npx provisioning batch pause ${id} --reason "…"
npx provisioning batch resume ${id}
npx provisioning batch retry-failed ${id}
npx provisioning batch cancel ${id}
\`\`\`
`;
}

function whoAndWhy({ requestedBy, note }: Requester): string {
  const lines = [
    requestedBy !== undefined && `Requested by ${oneLine(requestedBy)}.`,
    note !== undefined && `Note: ${printable(note)}`,
  ];
  return lines
    .filter((line) => typeof line === 'string')
    .map((line) => `${line}\n\n`)
    .join('');
}

function shellWord(text: string): string {
  return /^[\w.:@%+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ');
}

/** Without control characters but line breaks: as JSON each would take six bytes. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/[^\P{Cc}\n]+/gu, ' ');
}
