import path from 'node:path';

import { launch } from '../support/processes';
import { root } from '../support/project';

const JOB = path.join(root, 'dist', 'scripts', 'test-cluster.js');

test('the job on a real cluster tells everything that is missing and what to do, exit code 3', async () => {
  const { code, output } = await launch(JOB, [], { PATH: '/nonexistent', TEMPORAL_CLI_PATH: '/nonexistent/temporal' })
    .ended;
  expect(output).toMatch(/^> Cannot run: Go is not installed \(.*ENOENT\)\. Install it from https:\/\/go\.dev\/dl$/m);
  expect(output).toContain('TEMPORAL_CLI_PATH is "/nonexistent/temporal", which is not an executable file');
  expect(code).toBe(3);
});
