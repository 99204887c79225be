import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { SCHEMA, type VariableEntry } from '../src/config/schema';

/** Where the page is, from the project's root. */
export const CONFIG_PAGE = 'docs/configuration.md';

/** Writes the schema of the configuration as a page for people. */
export function renderConfigPage(): string {
  const sections = SCHEMA.flatMap(({ title, entries }) => [
    '',
    `## ${title}`,
    '',
    '| variable | meaning | while it is not set |',
    '| --- | --- | --- |',
    ...entries.map(rowOf),
  ]);
  return `${[...HEAD, ...sections].join('\n')}\n`;
}

function rowOf({ name, meaning, otherwise, isSecret }: VariableEntry): string {
  return `| \`${name}\` | ${meaning}${isSecret ? ' (secret: never shown)' : ''} | ${otherwise} |`;
}

const HEAD = [
  '# Configuration',
  '',
  'Generated from `src/config/schema.ts` by `npm run config-page`.',
  '',
  'The worker reads its environment, and a file of `NAME=value` lines that `PROVISIONING_CONFIG_FILE` names; what the environment sets',
  'wins, and an empty variable counts as not set. A variable in the file that nobody reads is a fault, one in the environment a warning.',
  '',
  '```sh',
  'npx provisioning config            # what holds for each variable, where from, and every fault; secrets are hidden',
  'npx provisioning config --check    # only the faults, all at once; exit code 2 when there is one. It asks nobody',
  'npx provisioning doctor            # tries it: the way to Temporal and to the cloud, the key, the clock',
  '```',
];

if (require.main === module) writeFileSync(path.join(__dirname, '..', '..', CONFIG_PAGE), renderConfigPage());
