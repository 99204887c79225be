import { hostname } from 'node:os';
import path from 'node:path';

import { Runtime, type NativeConnection, type Worker } from '@temporalio/worker';

import { untilAborted } from './abort-signals';
import { openApiSide } from './api-side';
import { adoptConfigFile, ConfigurationError, readConfig, VARIABLES } from './config';
import type { TemporalConfig, WorkerConfig } from './config';
import { readLogSettings } from './config/log-settings';
import { DRAIN } from './drain';
import { createDataConverter } from './encryption/data-converter';
import { judgeReadiness, type ProbeRecord, type Vitals } from './health/health';
import { startHttpServer, type HttpServer, type HttpServerOptions } from './health/http-server';
import { probeTemporal, PROBE_TIMEOUT_MS } from './health/probe';
import { openWorkerLog, type WorkerLog } from './logs/worker-log';
import { countFollows, installCoreMetrics, readCoreMetrics, watchFollowCounts, WorkerMetrics } from './metrics';
import { packageFolder, readVersion } from './package-folder';
import { nameOfPeer } from './peer';
import { PreflightError } from './preflight';
import { drainOnSignals } from './process-signals';
import { createSecrets } from './secrets';
import { messageOf, WORKER_IS_POLLING } from './sentences';
import type { SharedWorkerOptions, Side } from './side';
import { CannotConnectError, connectToTemporal } from './temporal-connection';
import type { Tracing } from './tracing';
import { createNoticeReporter } from './worker-notices';
import { findWorkflowBundle, WorkflowBundleError } from './workflow-bundle';
import { openWorkflowSide } from './workflow-side';

/** Under which this process polls, and sends its spans. */
const IDENTITY = `${process.pid}@${hostname()}`;
/** A count that takes longer comes too late. */
const COUNT_TIMEOUT_MS = 10_000;

/** What is told of a worker that polls. */
export interface ReadyWorker {
  taskQueues: string[];
  /** Base URL of `/livez`, `/readyz` and `/metrics`, unless that is turned off. */
  httpUrl?: string;
}

/** What the parts of a worker process share. */
interface Process {
  config: WorkerConfig;
  temporal: TemporalConfig;
  env: NodeJS.ProcessEnv;
  log: WorkerLog;
  life: Life;
  metrics: WorkerMetrics;
  tracing: Tracing | undefined;
  /** Drains the worker when aborted, also during its start. */
  signal: AbortSignal;
}

/** What comes and goes in the life of the process. */
interface Life {
  /** One for each task queue, once they poll. */
  workers: Worker[];
  probes: ProbeRecord;
}

/**
 * Runs the worker from the environment until SIGTERM or SIGINT, then drains it.
 *
 * @param env - gets the values of the configuration file, so that all who read it see them
 * @param onReady - called once every task queue is polled
 * @throws ConfigurationError, PreflightError, WorkflowBundleError, CannotConnectError: see {@link workerExitCode}
 */
export async function runWorkerFromEnvironment(
  env: NodeJS.ProcessEnv,
  onReady: (ready: ReadyWorker) => void = () => undefined,
): Promise<void> {
  const signal = drainOnSignals((name) => openLog(env).tell('ERROR', `${name} again: ended without a drain`));
  const faults = adoptConfigFile(env);
  const configured = await Promise.race([readConfig(env, faults), untilAborted(signal)]);
  if (!configured) return;
  const log = openLog(env);
  signal.addEventListener('abort', () => beginDrain(log, String(signal.reason)), { once: true });
  const sdkMetrics = await installRuntime(log);
  const tracing = await openTraces(configured.config, log);
  const life: Life = { workers: [], probes: {} };
  const vitals = () => vitalsOf(life, signal);
  const metrics = openMetrics();
  const http = await openHttp(configured.config, vitals, async () => {
    metrics.health.ready(judgeReadiness(vitals(), Date.now()).ok);
    return { contentType: metrics.contentType, text: await metrics.scrape(() => readCoreMetrics(sdkMetrics)) };
  });
  if (http) log.logger.info('Health and metrics are served', { httpUrl: http.url });
  const tellReady = (taskQueues: string[]): void => {
    const ready = { taskQueues, ...(http && { httpUrl: http.url }) };
    log.tell('INFO', WORKER_IS_POLLING, ready);
    onReady(ready);
  };
  try {
    await runUntilAborted({ ...configured, env, log, life, metrics, tracing, signal }, tellReady);
  } finally {
    if (signal.aborted) log.logger.info('Drained');
    await Promise.all([http?.close(), tracing?.close()]);
    Runtime.instance().flushLogs();
  }
}

/** Returns the exit code that an error of the worker deserves: 2 configuration or set-up, 8 cannot connect, else 1. */
export function workerExitCode(error: unknown): number {
  const isOfSetUp = [ConfigurationError, PreflightError, WorkflowBundleError].some((type) => error instanceof type);
  if (isOfSetUp) return 2;
  return error instanceof CannotConnectError ? 8 : 1;
}

function openLog(env: NodeJS.ProcessEnv): WorkerLog {
  return openWorkerLog(readLogSettings(env, []), createSecrets(env));
}

/** Returns where the SDK's metrics are. */
function installRuntime({ logger }: WorkerLog): Promise<string> {
  const logging = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;
  return installCoreMetrics((metrics) =>
    Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging, metrics } }),
  );
}

/** Loaded only where there are traces: it takes time and memory. */
async function openTraces({ tracing, encryption }: WorkerConfig, { logger }: WorkerLog): Promise<Tracing | undefined> {
  if (!tracing) return undefined;
  const { openTracing } = await import('./tracing/index.js');
  logger.info('Traces are sent', { collector: new URL(tracing.url).origin });
  return openTracing({ ...tracing, identity: IDENTITY, hidesMessages: encryption !== undefined, logger });
}

function openMetrics(): WorkerMetrics {
  const sdkVersion = readVersion(path.dirname(require.resolve('@temporalio/worker/package.json')));
  return new WorkerMetrics({ version: readVersion(packageFolder()), sdkVersion });
}

async function openHttp(
  { httpAddress }: WorkerConfig,
  vitals: () => Vitals,
  metrics: HttpServerOptions['metrics'],
): Promise<HttpServer | undefined> {
  if (!httpAddress) return undefined;
  try {
    return await startHttpServer({ address: httpAddress, vitals, metrics });
  } catch (error) {
    const address = nameOfPeer(httpAddress);
    throw new ConfigurationError([
      `${VARIABLES.httpAddress} ${address} cannot be used: ${messageOf(error)}. Set another, with port 0 for any free one, or none`,
    ]);
  }
}

function vitalsOf({ workers, probes }: Life, signal: AbortSignal): Vitals {
  const stage = workers.length > 0 ? 'running' : 'starting';
  const states = Object.fromEntries(workers.map((worker) => [worker.options.taskQueue, String(worker.getState())]));
  return { stage: signal.aborted ? 'draining' : stage, workers: states, temporal: probes };
}

function beginDrain(log: WorkerLog, reason: string): void {
  const { boundSeconds } = DRAIN;
  log.logger.info(`${reason}: the worker drains, within ${boundSeconds} s`);
  setTimeout(() => {
    log.tell('ERROR', `The drain did not end within ${boundSeconds} s: ended without it`);
    process.exit(1);
  }, boundSeconds * 1000).unref();
}

/** Aborted during the start it returns at once; what was opened until then has no work, and goes with the process. */
async function runUntilAborted(running: Process, onReady: (taskQueues: string[]) => void): Promise<void> {
  const { config, temporal, log, life, metrics, signal } = running;
  const { logger } = log;
  for (const warning of config.warnings) logger.warn(warning);
  // Before anything slow: a stale bundle is a fault of the set-up.
  const workflowBundle = findBundle(config);
  const connecting = connectToTemporal({ temporal, patienceSeconds: config.connectSeconds, logger, signal });
  const connection = await Promise.race([connecting, untilAborted(signal)]);
  if (!connection) return;
  const probing = new AbortController();
  const ask = () =>
    connection.withDeadline(Date.now() + PROBE_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({}));
  const onProbe = (isAnswered: boolean) => metrics.health.probed(isAnswered);
  const probed = probeTemporal({ ask, record: life.probes, onProbe, signal: probing.signal });
  const sides = await Promise.race([openSides(connection, running, workflowBundle), untilAborted(signal)]);
  if (!sides) return;
  const counted = config.runsWorkflows ? showCounts(connection, running, probing.signal) : Promise.resolve();
  try {
    await runSides(sides, running, onReady);
  } finally {
    probing.abort();
    await Promise.all([probed, counted, ...sides.map((side) => side.close())]);
    await connection.close();
  }
}

function findBundle({ runsWorkflows, tracing, encryption }: WorkerConfig): { codePath: string } | undefined {
  if (!runsWorkflows) return undefined;
  return findWorkflowBundle({ traced: tracing !== undefined, encrypted: encryption !== undefined });
}

/** Keeps the metrics of what the server counts up to date. */
function showCounts(
  connection: NativeConnection,
  { temporal, log, metrics }: Process,
  signal: AbortSignal,
): Promise<void> {
  const count = () => countFollows(connection.workflowService, temporal.namespace, Date.now);
  return watchFollowCounts({
    count: () =>
      connection.withAbortSignal(signal, () => connection.withDeadline(Date.now() + COUNT_TIMEOUT_MS, count)),
    metrics: metrics.follows,
    signal,
    onFailure(error) {
      log.logger.warn(`Follows cannot be counted, so their metrics are absent: ${messageOf(error)}`);
    },
  });
}

/** Opens each side that this process is to run. */
async function openSides(
  connection: NativeConnection,
  { config, temporal, env, metrics, tracing }: Process,
  workflowBundle: { codePath: string } | undefined,
): Promise<Side[]> {
  const shared: SharedWorkerOptions = {
    connection,
    namespace: temporal.namespace,
    identity: IDENTITY,
    shutdownForceTime: `${DRAIN.forceSeconds}s`,
    dataConverter: createDataConverter(config.encryption),
    ...(tracing && { plugins: [tracing.plugin] }),
  };
  const { logger } = Runtime.instance();
  const notify = createNoticeReporter(logger);
  const { itemsFolder, version } = config;
  return await Promise.all([
    ...(workflowBundle
      ? [openWorkflowSide(shared, { itemsFolder, version, logger, sinks: metrics.sinks, workflowBundle })]
      : []),
    ...(config.runsCalls ? [openApiSide(shared, { config, env, notify, metrics })] : []),
  ]);
}

async function runSides(
  sides: readonly Side[],
  { life, signal }: Process,
  onReady: (taskQueues: string[]) => void,
): Promise<void> {
  const workers = sides.flatMap((side) => side.workers);
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = workers.map((worker) => worker.run());
  life.workers = workers;
  // A worker that was created holds the connection until it has run, so also a start cut short at its end runs.
  if (signal.aborted) shutdown();
  else onReady(workers.map(({ options }) => options.taskQueue));
  signal.addEventListener('abort', () => void Promise.all(sides.map((side) => side.settle())).then(shutdown), {
    once: true,
  });
  try {
    await Promise.all(running);
  } finally {
    // One queue without the others gets nothing done: they stop together.
    shutdown();
    await Promise.allSettled(running);
  }
}

if (require.main === module) {
  runWorkerFromEnvironment(process.env).then(
    () => process.exit(0),
    (error: unknown) => {
      openLog(process.env).tell('ERROR', messageOf(error));
      process.exit(workerExitCode(error));
    },
  );
}
