import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

// Compiled to dist/scripts, so the parent folder is dist.
const dist = path.resolve(__dirname, '..');

async function main(): Promise<void> {
  const workflowsPath = path.join(dist, 'src', 'workflows', 'index.js');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  await writeFile(path.join(dist, 'workflow-bundle.js'), code);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
