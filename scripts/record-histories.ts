import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { BATCHES } from './batch-recordings';
import { FOLLOWS } from './follow-recordings';
import { inWorld, ROOT, type RecordedFiles } from './recording';

const FOLDER = path.join(ROOT, 'test', 'histories');

/**
 * Records histories for the replay tests.
 *
 * @param names - only these, the other files staying as they are; none means all
 */
async function main(names: readonly string[]): Promise<void> {
  const known = [...FOLLOWS, ...BATCHES].map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}. There are: ${known.join(', ')}`);
  const isWanted = ({ name }: { name: string }): boolean => names.length === 0 || names.includes(name);
  const files: RecordedFiles = [];
  await inWorld(async (world) => {
    files.push(...(await Promise.all(FOLLOWS.filter(isWanted).map(({ record }) => record(world)))).flat());
    // One after another: what is lost and forbidden is so in every zone of the emulator.
    for (const { record } of BATCHES.filter(isWanted)) files.push(...(await record(world)));
  });
  if (names.length === 0) await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const [name, text] of files) await writeFile(path.join(FOLDER, `${name}.json`), text);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
