import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { parse, stringify } from 'yaml';

import { packageFolder } from '../../src/package-folder';

import { readComposeSteps, type Step } from './compose-steps';
import { createDatabase, type Database } from './database';
import { runJob } from './job';
import { lastingPorts } from './ports';
import { findPrerequisites, type Prerequisites } from './prerequisites';
import { explainDifferences, movePaths, relocate, SERVER_PORTS, type Difference, type Places } from './relocation';
import { buildServer, type ServerBuild } from './server-build';
import type { NamespaceSetting } from './shared-server';
import { checkDynamicConfig, createTemporalServer, type TemporalServer } from './temporal-server';

/** Ports that the services have in their network, and images put files at. */
const DATABASE_PORT = 5432;
const FRONTEND_PORT = 7233;
const SCHEMA_FOLDER = '/etc/temporal/schema';

/** What a cluster is made of. */
export interface Materials {
  prerequisites: Prerequisites;
  build: ServerBuild;
}

/** How a cluster is started. */
export interface ClusterOptions extends Materials {
  /** Added to the dynamic configuration of the checkout, under keys that this does not have. */
  namespaceSettings?: Readonly<Record<string, readonly NamespaceSetting[]>>;
  /** Receives one line for each step. */
  report: (line: string) => void;
}

/** PostgreSQL and a Temporal server, set up by the steps of docker-compose.yml. */
export interface Cluster {
  /** gRPC address of the server, `host:port`. */
  address: string;
  database: Database;
  server: TemporalServer;
  /** Ends and removes all of it. */
  stop(): Promise<void>;
}

/**
 * Finds and builds what a cluster is made of.
 *
 * @param signal - ends the build early
 * @throws CannotRunError with what is missing on this machine
 */
export async function prepareMaterials(signal?: AbortSignal): Promise<Materials> {
  const prerequisites = await findPrerequisites();
  return { prerequisites, build: await buildServer(signal) };
}

/**
 * Starts a new, empty cluster on the loopback interface: every step of docker-compose.yml that the worker waits for, in
 * the order of that file, with its environment and command. Only hosts, ports and paths are replaced.
 *
 * @throws Error when a step fails, or would differ in more than that
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { prerequisites, build, report } = options;
  const root = packageFolder();
  const composeText = await readFile(path.join(root, 'docker-compose.yml'), 'utf8');
  const steps = readComposeSteps(composeText, { POSTGRES_PASSWORD: randomBytes(12).toString('hex') });
  const folder = await createWorkFolder({ build, prerequisites });

  const [databasePort = 0, ...serverPorts] = await lastingPorts(1 + SERVER_PORTS.length);
  const partPorts = Object.fromEntries(SERVER_PORTS.map((name, i) => [name, String(serverPorts[i])]));
  const ports: Record<string, number> = {};
  for (const { kind, name } of steps) {
    if (kind === 'database') ports[`${name}:${DATABASE_PORT}`] = databasePort;
    if (kind === 'server') ports[`${name}:${FRONTEND_PORT}`] = Number(partPorts.FRONTEND_GRPC_PORT);
  }

  let database: Database | undefined;
  let server: TemporalServer | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await database?.stop();
    await rm(folder, { recursive: true, force: true });
  };

  const startStep = async (step: Step): Promise<string> => {
    const paths: Record<string, string> = { [SCHEMA_FOLDER]: build.schemaFolder };
    for (const { source, target } of step.mounts) {
      paths[target] = await copyMount(path.join(root, source), path.join(folder, step.name), options);
    }
    const places = { ports, paths };
    const { env, differences } = localEnvironment(step, places, step.kind === 'server' ? partPorts : {});
    // Of this machine, not of the services: where programs are, and a home without settings of the Temporal CLI.
    const machine = { PATH: `${path.join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`, HOME: folder };
    switch (step.kind) {
      case 'database':
        database = await createDatabase(step, prerequisites.postgres, path.join(folder, step.name), databasePort);
        return '';
      case 'server': {
        const configFile = env.DYNAMIC_CONFIG_FILE_PATH;
        if (configFile !== undefined) await checkDynamicConfig(build.server, configFile);
        const logFile = path.join(folder, `${step.name}.log`);
        server = createTemporalServer({ executable: build.server, env: { ...machine, ...env }, logFile });
        await server.start();
        return `${differences}${describeSettings(options)}`;
      }
      case 'job': {
        const command = step.command.map((part) => movePaths(part, paths));
        const failures = await runJob({ ...step, command, env: { ...machine, ...env } });
        return `${differences}${failures > 0 ? `; succeeded after ${failures} failures, as Compose allows` : ''}`;
      }
    }
  };

  try {
    for (const step of steps) {
      const begunAt = performance.now();
      const note = await startStep(step);
      report(`${step.name} (in Compose ${step.image}): ${secondsSince(begunAt)} s${note}`);
    }
    if (!database || !server) throw new Error('docker-compose.yml has no database or no server');
    await server.untilServing();
    return { address: server.address, database, server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Seconds since an instant of `performance.now()`, with one decimal. */
export function secondsSince(instant: number): string {
  return ((performance.now() - instant) / 1000).toFixed(1);
}

function localEnvironment(
  step: Step,
  places: Places,
  added: Readonly<Record<string, string>>,
): { env: Record<string, string>; differences: string } {
  const env = { ...relocate(step.environment, places), ...added };
  const differences = explainDifferences(step.environment, env, places).map(describe);
  return { env, differences: differences.length > 0 ? `; replaced: ${differences.join(', ')}` : '' };
}

function describe({ name, before, after, kind }: Difference): string {
  return before === undefined ? `${name} (${kind}) ${after}` : `${name} (${kind}) ${before} -> ${after}`;
}

function describeSettings({ namespaceSettings = {} }: Pick<ClusterOptions, 'namespaceSettings'>): string {
  const names = Object.keys(namespaceSettings);
  return names.length > 0 ? `; set besides, for namespaces of tests alone: ${names.join(', ')}` : '';
}

/** Others may enter the folder, since PostgreSQL may run as another user. */
async function createWorkFolder({ build, prerequisites }: Materials): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provisioning-cluster-'));
  await chmod(folder, 0o755);
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  await symlink(build.sqlTool, path.join(bin, 'temporal-sql-tool'));
  await symlink(prerequisites.temporalCli, path.join(bin, 'temporal'));
  return folder;
}

/** Copies a mounted file of dynamic configuration, with what is added. */
async function copyMount(
  source: string,
  folder: string,
  { namespaceSettings = {} }: Pick<ClusterOptions, 'namespaceSettings'>,
): Promise<string> {
  const text = await readFile(source, 'utf8');
  const present = Object.keys(parse(text) as object);
  const twice = Object.keys(namespaceSettings).filter((key) => present.includes(key));
  if (twice.length > 0) throw new Error(`${source} has these settings already: ${twice.join(', ')}`);
  await mkdir(folder, { recursive: true });
  const copy = path.join(folder, path.basename(source));
  const added = Object.keys(namespaceSettings).length > 0 ? stringify(namespaceSettings) : '';
  await writeFile(copy, `${text}${added}`);
  return copy;
}
