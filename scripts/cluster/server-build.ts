import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { packageFolder } from '../../src/package-folder';
import { messageOf } from '../../src/sentences';

import { CannotRunError } from './prerequisites';

const run = promisify(execFile);

const MODULE = 'go.temporal.io/server';
/** The newest that Go 1.26.8 builds. */
const DEFAULT_VERSION = 'v1.32.1';
/** Chooses another version, for example the one of docker-compose.yml. */
const VERSION_VARIABLE = 'PROVISIONING_TEST_SERVER_VERSION';
const BUILD_TIMEOUT_MS = 1_800_000;
/** A compiler tells at length what it does not like. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A Temporal server that was built here. */
export interface ServerBuild {
  /** For example `v1.32.1`. */
  version: string;
  server: string;
  sqlTool: string;
  /** The folder that the admin-tools image has at `/etc/temporal/schema`. */
  schemaFolder: string;
}

/**
 * Builds the server and its tool for SQL schemas from their Go module into `.cache/cluster` of the checkout. What Go has
 * in its own caches is not downloaded or compiled again.
 *
 * @param signal - ends the build early
 * @throws CannotRunError when the module cannot be downloaded, needs a later Go, or does not compile
 */
export async function buildServer(signal?: AbortSignal): Promise<ServerBuild> {
  const version = process.env[VERSION_VARIABLE] || DEFAULT_VERSION;
  const module = await download(version, signal);
  const folder = path.join(packageFolder(), '.cache', 'cluster', `server-${version}`);
  await mkdir(folder, { recursive: true });
  try {
    const packages = ['cmd/server', 'cmd/tools/sql'].map((name) => `${MODULE}/${name}@${version}`);
    for (const name of packages) await go(['install', name], { binFolder: folder, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new CannotRunError(`Temporal's server ${version} could not be built: ${messageOf(error)}`, { cause: error });
  }
  const build = { version, server: path.join(folder, 'server'), sqlTool: path.join(folder, 'sql') };
  const schemaFolder = path.join(module.folder, 'schema');
  await Promise.all([build.server, build.sqlTool, schemaFolder].map((file) => access(file)));
  return { ...build, schemaFolder };
}

async function download(version: string, signal: AbortSignal | undefined): Promise<{ folder: string }> {
  const module = `${MODULE}@${version}`;
  const answer = await go(['mod', 'download', '-json', module], { signal }).catch((error: unknown) => {
    // What went wrong stands in the JSON, too.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '') {
      return error.stdout;
    }
    throw new CannotRunError(`${module} cannot be downloaded: ${messageOf(error)}`, { cause: error });
  });
  const { Dir: folder, Error: fault = 'no folder' } = JSON.parse(answer) as { Dir?: string; Error?: string };
  if (folder === undefined) throw new CannotRunError(`${module} cannot be used: ${fault}`);
  return { folder };
}

async function go(
  args: string[],
  { binFolder, signal }: { binFolder?: string; signal: AbortSignal | undefined },
): Promise<string> {
  // Go never fetches another Go by itself here: what this machine has is what counts.
  const env = { ...process.env, GOTOOLCHAIN: 'local', ...(binFolder !== undefined && { GOBIN: binFolder }) };
  const options = { env, timeout: BUILD_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, ...(signal && { signal }) };
  return (await run('go', args, options)).stdout;
}
