import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { messageOf } from '../../src/sentences';

const run = promisify(execFile);

/** The oldest that the server's schema and its `postgres12` plugin support. */
const OLDEST_POSTGRES = 12;
const POSTGRES_PROGRAMS = ['postgres', 'initdb', 'createdb', 'pg_isready'];
/** Version folders of the usual packages, which do not put the server's programs on PATH. */
const POSTGRES_FOLDERS = [
  ['/usr/lib/postgresql', /^\d+$/, 'bin'],
  ['/usr', /^pgsql-\d+$/, 'bin'],
  ['/opt/homebrew/opt', /^postgresql@\d+$/, 'bin'],
  ['/usr/local/opt', /^postgresql@\d+$/, 'bin'],
] as const;

/** Something that the cluster is made of is missing on this machine, or too old. */
export class CannotRunError extends Error {
  override readonly name = 'CannotRunError';
}

/** PostgreSQL's programs, and the user that they run as. */
export interface Postgres {
  folder: string;
  /** As `postgres --version` writes it. */
  version: string;
  /** Given when this process is root, which PostgreSQL refuses to run as. */
  owner?: Owner;
}

/** A user of this machine. */
export interface Owner {
  uid: number;
  gid: number;
}

/** What the cluster is made of. */
export interface Prerequisites {
  /** For example `go1.26.8`. */
  goVersion: string;
  postgres: Postgres;
  /** Path of the `temporal` CLI. */
  temporalCli: string;
}

/**
 * Finds Go, PostgreSQL and the Temporal CLI.
 *
 * @throws CannotRunError with everything that is missing, each with what to do
 */
export async function findPrerequisites(): Promise<Prerequisites> {
  const found = await Promise.allSettled([findGo(), findPostgres(), findTemporalCli()]);
  const [go, postgres, temporalCli] = found;
  if (go.status === 'fulfilled' && postgres.status === 'fulfilled' && temporalCli.status === 'fulfilled') {
    return { goVersion: go.value, postgres: postgres.value, temporalCli: temporalCli.value };
  }
  const reasons = found.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
  throw new CannotRunError(reasons.join('\n'));
}

async function findGo(): Promise<string> {
  try {
    return (await run('go', ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } })).stdout.trim();
  } catch (error) {
    throw new Error(`Go is not installed (${messageOf(error)}). Install it from https://go.dev/dl`, { cause: error });
  }
}

async function findPostgres(): Promise<Postgres> {
  const folder = await findPostgresFolder();
  if (folder === undefined) {
    throw new Error(
      `PostgreSQL's server is not installed: no folder on PATH or of the usual packages has ${POSTGRES_PROGRAMS.join(', ')}. ` +
        'Install it, for example with: apt-get install postgresql',
    );
  }
  const version = (await run(path.join(folder, 'postgres'), ['--version'])).stdout.trim();
  if (Number(/(\d+)/.exec(version)?.[1]) < OLDEST_POSTGRES) {
    throw new Error(`${version} in ${folder} is too old: Temporal needs PostgreSQL ${OLDEST_POSTGRES} or later`);
  }
  return { folder, version, ...(process.getuid?.() === 0 && { owner: await postgresUser() }) };
}

async function findPostgresFolder(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const [parent, pattern, below] of POSTGRES_FOLDERS) {
    const names = (await readdir(parent).catch(() => [])).filter((name) => pattern.test(name));
    const version = (name: string): number => Number(/\d+$/.exec(name)?.[0]);
    names.sort((one, other) => version(other) - version(one));
    folders.push(...names.map((name) => path.join(parent, name, below)));
  }
  for (const folder of folders) {
    const isThere = await Promise.all(POSTGRES_PROGRAMS.map((name) => isExecutable(path.join(folder, name))));
    if (isThere.every(Boolean)) return folder;
  }
  return undefined;
}

async function postgresUser(): Promise<Owner> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => (await run('id', [flag, 'postgres'])).stdout),
    );
    return { uid: Number(uid), gid: Number(gid) };
  } catch (error) {
    throw new Error(
      'PostgreSQL refuses to run as root, and there is no user "postgres" to run it as. Create one, or run this as another user',
      { cause: error },
    );
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
