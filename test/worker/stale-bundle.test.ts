import { appendFile, cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { launch } from '../support/processes';
import { root } from '../support/project';

describe('a worker whose workflow code has changed since its bundle was built', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stale-'));
    const copied = ['package.json', 'dist/src', 'dist/workflow-bundle.js'];
    for (const name of copied) await cp(path.join(root, name), path.join(folder, name), { recursive: true });
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    await appendFile(path.join(folder, 'dist', 'src', 'workflows', 'hash.js'), '// changed\n');
  });

  afterAll(() => rm(folder, { recursive: true }));

  const startWorker = (env: Record<string, string>) =>
    launch(path.join(folder, 'dist', 'src', 'worker.js'), [], {
      HOME: '/nonexistent',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      PROVISIONING_CONNECT_SECONDS: '0',
      PROVISIONING_HTTP_ADDRESS: 'none',
      TENCENTCLOUD_SECRET_ID: 'AKIDexample',
      TENCENTCLOUD_SECRET_KEY: 'secret-of-the-key',
      ...env,
    });

  test('says so before it connects, exit code 2', async () => {
    const { code, output } = await startWorker({}).ended;
    const file = path.join(folder, 'dist', 'workflow-bundle.js');
    expect(JSON.parse(output)).toMatchObject({
      level: 'ERROR',
      message: `The workflow bundle ${file} cannot be used: it was built from other workflow code than lies beside it. Run "npm run build" in a checkout; install the package or build the image again elsewhere`,
    });
    expect(code).toBe(2);
  });

  test('needs the bundle that it would use, exit code 2', async () => {
    const { code, output } = await startWorker({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }).ended;
    expect(output).toContain(
      `${path.join(folder, 'dist', 'workflow-bundle.traced.js')} cannot be used: it is missing.`,
    );
    expect(code).toBe(2);
  });

  test('needs none for the API side alone', async () => {
    const { code, output } = await startWorker({ PROVISIONING_RUN_WORKFLOWS: 'false' }).ended;
    expect(output).toContain('No Temporal server answers at 127.0.0.1:1');
    expect(code).toBe(8);
  });
});
