import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { freePort, startDevServer, type DevServer, type DevServerOptions } from '../../src/dev/dev-server';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { isAlive, launch } from '../support/processes';
import { root } from '../support/project';
import { until } from '../support/until';

describe('the dev server', () => {
  let folder: string;
  let cliPath: string;
  let started: DevServer[];

  beforeEach(async () => {
    started = [];
    folder = await mkdtemp(path.join(tmpdir(), 'provisioning-dev-server-'));
    cliPath = await findTemporalCli();
  });

  afterEach(async () => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(options: Partial<DevServerOptions> = {}): Promise<DevServer> {
    const server = await startDevServer({ cliPath, headless: true, ...options });
    started.push(server);
    return server;
  }

  async function fakeCli(script: string): Promise<string> {
    const file = path.join(folder, 'temporal');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return file;
  }

  test('takes the wanted ports when they are free, and others when they are busy', async () => {
    // None that the system hands out by itself, or somebody could get it before the server.
    const [port, uiPort] = [await freePort(20_233), await freePort(20_234)];
    const wanted = { port, uiPort, headless: false };
    const first = await start(wanted);
    expect(first.address).toBe(`127.0.0.1:${port}`);
    expect(first.uiUrl).toBe(`http://127.0.0.1:${uiPort}`);
    expect((await fetch(`http://127.0.0.1:${uiPort}`)).status).toBe(200);

    const second = await start(wanted);
    expect(second.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(second.address).not.toBe(first.address);
    expect(second.uiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(second.uiUrl).not.toBe(first.uiUrl);
    await expect(namespaces(first.address)).resolves.toContain('default');
    await expect(namespaces(second.address)).resolves.toContain('default');
  });

  test('is without UI when headless, and stops once however often it is told to', async () => {
    const server = await start();
    expect(server).not.toHaveProperty('uiUrl');
    expect(isAlive(server.pid)).toBe(true);
    await Promise.all([server.stop(), server.stop()]);
    expect(isAlive(server.pid)).toBe(false);
    await expect(server.stop()).resolves.toBeUndefined();
  });

  test('finds its data again after a restart', async () => {
    const options = { dbFile: path.join(folder, 'to', 'be', 'created', 'temporal.db'), namespace: 'kept' };
    const before = await start(options);
    const runId = await withClient(before.address, async ({ workflow }) => {
      const handle = await workflow.start('anything', { workflowId: 'w-1', taskQueue: 'nobody' });
      return handle.firstExecutionRunId;
    });
    await before.stop();

    const after = await start(options);
    const found = await withClient(after.address, ({ workflow }) => workflow.getHandle('w-1').describe());
    expect({ runId: found.runId, status: found.status.name }).toEqual({ runId, status: 'RUNNING' });
    await expect(namespaces(after.address)).resolves.toEqual(expect.arrayContaining(['default', 'kept']));
  });

  test('that ends early says so, with its exit code and output', async () => {
    const fake = await fakeCli('echo "no such flag" >&2\necho "see --help" >&2\nexit 3');
    await expect(startDevServer({ cliPath: fake })).rejects.toThrow(
      /^The dev server did not start: exit 3\nno such flag\nsee --help$/,
    );
  });

  test('that ends early tells the cause, however long its output is', async () => {
    const fake = await fakeCli('echo "panic: no disk" >&2\nprintf "%09999d" 0 >&2\nexit 2');
    await expect(startDevServer({ cliPath: fake })).rejects.toThrow(
      /^The dev server did not start: exit 2\npanic: no disk\n0{3985}$/,
    );
  });

  test('that lost its port to somebody else starts again', async () => {
    const tried = path.join(folder, 'tried');
    const loseOnce = `touch ${tried}; echo "bind: address already in use" >&2; exit 1`;
    const fake = await fakeCli(`[ "$1" != server ] || [ -e ${tried} ] || { ${loseOnce}; }\nexec ${cliPath} "$@"`);
    const { address } = await start({ cliPath: fake });
    await expect(access(tried)).resolves.toBeUndefined();
    await expect(namespaces(address)).resolves.toContain('default');
  });

  test('that loses its port time and again says so', async () => {
    const tries = path.join(folder, 'tries');
    const fake = await fakeCli(`[ "$1" = server ] || exit 1
echo once more >>${tries}\necho "bind: address already in use" >&2\nexit 1`);
    await expect(startDevServer({ cliPath: fake })).rejects.toThrow(
      /^The dev server did not start: exit 1\nbind: address already in use$/,
    );
    await expect(readFile(tries, 'utf8')).resolves.toBe('once more\n'.repeat(3));
  });

  test('that is killed early says so, with the signal', async () => {
    const fake = await fakeCli('kill -9 $$');
    await expect(startDevServer({ cliPath: fake })).rejects.toThrow(/^The dev server did not start: exit SIGKILL$/);
  });

  test('whose executable is missing says so', async () => {
    const missing = path.join(folder, 'missing');
    await expect(startDevServer({ cliPath: missing })).rejects.toThrow(
      `${missing} could not be started: spawn ${missing} ENOENT`,
    );
  });

  test.each([
    ['is killed', 'SIGKILL', null],
    ['exits without stopping it', 'SIGTERM', 0],
  ] as const)(
    'dies when its starter %s; settings of a cluster elsewhere do not matter',
    async (_, signal, exitCode) => {
      const code = `
      process.on('SIGTERM', () => process.exit(0));
      setInterval(() => undefined, 1000);
      const { startDevServer } = require(${JSON.stringify(path.join(root, 'dist', 'src', 'dev', 'dev-server.js'))});
      startDevServer({ cliPath: ${JSON.stringify(cliPath)}, headless: true })
        .then(({ pid }) => console.log('server ' + pid + '.'));`;
      const elsewhere = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_TLS: 'true', TEMPORAL_NAMESPACE: 'production' };
      const starter = launch('-e', [code], { PATH: process.env.PATH ?? '', HOME: folder, ...elsewhere });
      await starter.until('.\n');
      const pid = Number(/server (\d+)/.exec(starter.output())?.[1]);
      expect(isAlive(pid)).toBe(true);
      await expect(starter.stop(signal)).resolves.toMatchObject({ code: exitCode });
      await until('the server has gone', () => !isAlive(pid));
    },
  );
});

describe('a free port', () => {
  test('is the wanted one when it is free, else another', async () => {
    const port = await freePort();
    await expect(freePort(port)).resolves.toBe(port);
    const busy = net.createServer();
    await new Promise<void>((resolve) => busy.listen(port, '127.0.0.1', resolve));
    const other = await freePort(port);
    expect(other).toBeGreaterThan(0);
    expect(other).not.toBe(port);
    await new Promise((resolve) => busy.close(resolve));
  });

  test('is any when 0 is wanted', async () => {
    await expect(freePort(0)).resolves.toBeGreaterThan(0);
  });
});

async function withClient<T>(address: string, action: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await action(new Client({ connection, namespace: 'kept' }));
  } finally {
    await connection.close();
  }
}

function namespaces(address: string): Promise<string[]> {
  return withClient(address, async ({ workflowService }) => {
    const { namespaces: found } = await workflowService.listNamespaces({});
    return found.map(({ namespaceInfo }) => namespaceInfo?.name ?? '');
  });
}
