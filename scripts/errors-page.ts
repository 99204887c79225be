import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { ErrorClass } from '../src/contract';
import { ERROR_TABLE, type ErrorEntry } from '../src/tencent/error-table';

/** Where the page is, from the project's root. */
export const ERRORS_PAGE = 'docs/errors.md';

const WHAT_A_FOLLOW_DOES: Readonly<Record<ErrorClass, string>> = {
  transient:
    'rides it out: the schedule goes on, the snapshot shows it as `degradedBy`, and only the deadline ends the follow',
  throttled: 'rides it out like a transient error, and waits at least as long as the row says, and up to twice that',
  healing:
    'mends its clock or gets its key anew, and sends the call again at once; when that does not help, as if it needed a person',
  needsPerson:
    'puts the follow into the phase `Blocked` and probes every 5 minutes, and at once on `resume`, `pollNow`, `checkNow` and `taskChanged`',
  permanent: 'ends the follow as `Rejected`',
  notFound:
    'goes on within the grace (60 s by default); then ends the follow as `NotFound`, or as `Vanished` when the task was seen before',
  unknown:
    'rides it out like a transient error; when only such codes have come for 30 minutes, it ends the follow as `Rejected`',
};

/** Writes the table of errors as a page for people. */
export function renderErrorsPage(): string {
  const classes = Object.entries(WHAT_A_FOLLOW_DOES).map(([name, does]) => `| \`${name}\` | ${does} |`);
  const sections = ERROR_TABLE.flatMap(({ title, entries }) => [
    '',
    `## ${title}`,
    '',
    '| code | meaning | the worker | a write | a person |',
    '| --- | --- | --- | --- | --- |',
    ...entries.map(rowOf),
  ]);
  return `${[...HEAD, '', '| class | what a follow does |', '| --- | --- |', ...classes, ...sections].join('\n')}\n`;
}

function rowOf({
  code,
  meaning,
  errorClass,
  advice,
  waitSeconds,
  remedy,
  coversSubcodes,
  mayHaveRun,
}: ErrorEntry): string {
  const notes = [
    waitSeconds !== undefined && `waits ${waitSeconds} s or more`,
    remedy === 'clock' && 'takes over the cloud’s clock for signing',
    remedy === 'credentials' && 'gets the key anew',
    coversSubcodes === false && 'its unlisted sub-codes are `unknown`',
  ].filter((note) => typeof note === 'string');
  const worker = `\`${errorClass}\`${notes.length === 0 ? '' : `: ${notes.join(', ')}`}`;
  return `| \`${code}\` | ${meaning} | ${worker} | ${mayHaveRun ? 'may have been done' : 'was not done'} | ${advice} |`;
}

const HEAD = [
  '# Errors of the cloud’s API',
  '',
  'Generated from `src/tencent/error-table.ts` by `npm run errors-page`. A code is looked up exactly, else by the part before its',
  'first dot; what is not found either way is of class `unknown`. The code of the last error is in the search attribute',
  '`ProvisioningErrorCode`; message, request id and advice are in the snapshot and in _Current details_.',
  '',
  'The class says what a follow does when its status check fails so. The column “a write” is about calls that create, change or',
  'remove a user sync: after one that may have been done, it is looked up before anything is sent again. A code that the table does',
  'not know may have been done, unless it begins with `AuthFailure.`.',
];

if (require.main === module) {
  const file = path.join(__dirname, '..', '..', ERRORS_PAGE);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, renderErrorsPage());
}
