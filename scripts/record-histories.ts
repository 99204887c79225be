import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { BATCHES } from './batch-recordings';
import { releasedVersions } from './changelog';
import { FOLLOWS } from './follow-recordings';
import { inWorld, ROOT, type RecordedFiles } from './recording';

/**
 * Records histories of the present version for the replay tests, those of the released ones staying as they are.
 *
 * @param names - only these, the other files staying as they are; none means all
 */
async function main(names: readonly string[]): Promise<void> {
  const known = [...FOLLOWS, ...BATCHES].map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}. There are: ${known.join(', ')}`);
  const isWanted = ({ name }: { name: string }): boolean => names.length === 0 || names.includes(name);
  const folder = await folderOfThisVersion();
  const files: RecordedFiles = [];
  await inWorld(async (world) => {
    files.push(...(await Promise.all(FOLLOWS.filter(isWanted).map(({ record }) => record(world)))).flat());
    // One after another: what is lost and forbidden is so in every zone of the emulator.
    for (const { record } of BATCHES.filter(isWanted)) files.push(...(await record(world)));
  });
  if (names.length === 0) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(path.join(folder, `${name}.json`), text);
}

/** Other code of a version that is out must not write over what that version recorded. */
async function folderOfThisVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const changes = await readFile(path.join(ROOT, 'CHANGELOG.md'), 'utf8');
  if (releasedVersions(changes).includes(version)) {
    throw new Error(
      `${version} is released, as the date in CHANGELOG.md says: raise the version in package.json, or take the date away`,
    );
  }
  return path.join(ROOT, 'test', 'histories', version);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
