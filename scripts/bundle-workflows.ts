import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { addStamp, hashFiles } from '../src/bundle-stamp';
import { packageFolder } from '../src/package-folder';
import { BUNDLE_VARIANTS, bundleFile, bundleParts, describeBuild, type BundleVariant } from '../src/workflow-bundle';

/** The bundler puts the source map at the end, in base64. */
const MAP_BEGIN = ';base64,';

/** Builds the bundles that a worker finds, see `findWorkflowBundle`. */
async function main(): Promise<void> {
  // One after another: each keeps a core busy, and none but the first has to load the bundler.
  for (const variant of BUNDLE_VARIANTS) await build(variant, packageFolder());
}

async function build(variant: BundleVariant, folder: string): Promise<void> {
  const workflowsPath = require.resolve('../src/workflows');
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger, ...bundleParts(variant) });
  const files = ownFilesOf(code, folder);
  const stamp = { ...describeBuild(variant, folder), files, hash: hashFiles(folder, files) };
  await writeFile(bundleFile(variant, folder), addStamp(stamp, code));
}

/** Lists the compiled files of this package that are in a bundle: its source map names all that it is made of. */
function ownFilesOf(code: string, folder: string): string[] {
  const map = code.slice(code.lastIndexOf(MAP_BEGIN) + MAP_BEGIN.length);
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
  const compiled = path.join(folder, 'dist', 'src') + path.sep;
  const files = sources.filter((file) => file.startsWith(compiled) && file.endsWith('.js'));
  if (files.length === 0) throw new Error(`The bundle has no file of ${compiled}`);
  return files.map((file) => path.relative(folder, file).replaceAll(path.sep, '/')).sort();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
