import { execFile } from 'node:child_process';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { Step } from './compose-steps';
import { startDaemon, type Daemon } from './daemon';
import type { Postgres } from './prerequisites';
import { LOOPBACK } from './relocation';

const run = promisify(execFile);

const POLL_INTERVAL_MS = 20;
/** What the image of PostgreSQL makes of its environment, as far as it is made here. */
const UNDERSTOOD = ['POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB'];

/** PostgreSQL with a data folder of its own. Every write is synced to the disk, as by default. */
export interface Database {
  /** Starts it on the same data and waits until it takes connections, after a kill when its recovery is over. */
  start(): Promise<void>;
  /** Kills all its processes at once, as a crash of the machine would. */
  kill(): Promise<void>;
  /** Ends it after a checkpoint, whoever is connected. */
  stop(): Promise<void>;
}

/**
 * Sets up what the image of PostgreSQL sets up at its first start: a superuser with a password that every connection
 * over TCP must give, and a database.
 *
 * @param folder - holds data, socket and log; is created
 * @throws Error when the step asks for more than that
 */
export async function createDatabase(step: Step, postgres: Postgres, folder: string, port: number): Promise<Database> {
  const { environment, command } = step;
  const strange = Object.keys(environment).filter((name) => !UNDERSTOOD.includes(name));
  const [program = 'postgres', ...settings] = command;
  if (strange.length > 0 || program !== 'postgres') {
    throw new Error(`${step.name} asks for what is not understood here: ${[...strange, ...command].join(' ')}`);
  }
  const { POSTGRES_USER: user = 'postgres', POSTGRES_PASSWORD: password = '' } = environment;
  const { POSTGRES_DB: database = user } = environment;
  const { owner } = postgres;
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
  const dataFolder = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  const programPath = (name: string): string => path.join(postgres.folder, name);

  await mkdir(folder);
  if (owner) await chown(folder, owner.uid, owner.gid);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner) await chown(passwordFile, owner.uid, owner.gid);
  const authentication = ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${passwordFile}`];
  const initArgs = ['-D', dataFolder, '-U', user, '-E', 'UTF8', '--locale=C', ...authentication];
  await run(programPath('initdb'), initArgs, { env, ...owner });
  await rm(passwordFile);

  let daemon: Daemon | undefined;
  const start = async (): Promise<void> => {
    daemon = await startDaemon({
      command: programPath('postgres'),
      args: [
        ...['-D', dataFolder, '-p', String(port), '-c', `listen_addresses=${LOOPBACK}`],
        ...['-c', `unix_socket_directories=${folder}`, ...settings],
      ],
      env,
      logFile: path.join(folder, 'log'),
      ...(owner && { owner }),
    });
    const check = ['-h', LOOPBACK, '-p', String(port), '-U', user];
    await daemon.untilReady(() =>
      run(programPath('pg_isready'), check, { env }).then(
        () => true,
        () => false,
      ),
    );
  };

  await start();
  if (database !== 'postgres') {
    await run(programPath('createdb'), ['-h', folder, '-p', String(port), '-U', user, database], { env, ...owner });
  }
  return {
    start,
    async kill() {
      if (!daemon?.isRunning()) return;
      const { pid: first } = daemon;
      const others = (await livingProcesses()).filter(({ parent }) => parent === first);
      const pids = [first, ...others.map(({ pid }) => pid)];
      // The first one first: it would begin a recovery of its own when it saw another one die.
      pids.forEach(killNow);
      await daemon.ended;
      while ((await livingProcesses()).some(({ pid }) => pids.includes(pid))) await sleep(POLL_INTERVAL_MS);
    },
    async stop() {
      await daemon?.stop('SIGINT');
    },
  };
}

interface Process {
  pid: number;
  parent: number;
}

/** Lists the processes of this machine, without those that only wait to be reaped. */
async function livingProcesses(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state] = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? [];
    return state === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself meanwhile.
  }
}
