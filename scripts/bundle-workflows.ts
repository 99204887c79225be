import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

// Compiled to dist/scripts, so the parent folder is dist.
const dist = path.resolve(__dirname, '..');

async function main(): Promise<void> {
  const failureConverterPath = path.join(dist, 'src', 'encryption', 'failure-converter.js');
  await bundle('workflow-bundle.js', {});
  await bundle('workflow-bundle.encrypted.js', { failureConverterPath });
}

async function bundle(name: string, parts: { failureConverterPath?: string }): Promise<void> {
  const workflowsPath = path.join(dist, 'src', 'workflows', 'index.js');
  const { code } = await bundleWorkflowCode({ workflowsPath, ...parts, logger: new DefaultLogger('WARN') });
  await writeFile(path.join(dist, name), code);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
