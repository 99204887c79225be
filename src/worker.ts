import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

import { NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { untilAborted } from './abort-signals';
import { createActivities } from './activities';
import { ConfigurationError, readConfig, VARIABLES, type TemporalConfig, type WorkerConfig } from './config';
import { TASK_QUEUES } from './contract';
import { ensureNamespace, ensureSearchAttributes, PreflightError } from './preflight';
import { createPacedSlots, WorkerQuota } from './quota';
import { messageOf, noServerAnswers, WORKER_IS_POLLING } from './sentences';
import { readTaskQueue } from './task-queues';
import { openCloud } from './tencent';
import { createNoticeReporter } from './worker-notices';

/** Longer than one status check may last, so that a drain lets it end. */
const SHUTDOWN_GRACE_SECONDS = 20;
const SHUTDOWN_FORCE_SECONDS = 40;

/** Options of {@link runWorker}. */
export interface RunWorkerOptions {
  config: WorkerConfig;
  temporal: TemporalConfig;
  /** Drains the worker when aborted, also during its start. */
  signal: AbortSignal;
  /** Called once both task queues are polled. */
  onReady?: () => void;
}

/** The queue of status checks has no other tasks. */
const UNUSED_SLOTS = { type: 'fixed-size', numSlots: 1 } as const;

interface Started {
  workers: Worker[];
  close(): Promise<void>;
}

/** The Temporal server could not be reached. */
export class CannotConnectError extends Error {
  override readonly name = 'CannotConnectError';
}

/**
 * Polls both task queues until the signal aborts, then drains. Aborted during the start it returns at once; what was
 * opened until then has no work, and goes with the process.
 *
 * @throws CannotConnectError when the server is not there; PreflightError when its set-up lacks something
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { signal, onReady } = options;
  const started = await Promise.race([start(options), untilAborted(signal)]);
  if (!started) return;
  try {
    await runUntilAborted(started.workers, signal, onReady);
  } finally {
    await started.close();
  }
}

/**
 * Runs the worker from the environment until SIGTERM or SIGINT, then drains it.
 *
 * @param onReady - called once both task queues are polled
 * @throws ConfigurationError, PreflightError, CannotConnectError: see {@link workerExitCode}
 */
export async function runWorkerFromEnvironment(env: NodeJS.ProcessEnv, onReady: () => void): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  const { config, temporal } = await readConfig(env);
  installRuntime(config);
  await runWorker({ config, temporal, signal: stop.signal, onReady });
}

function installRuntime({ metricsAddress: bindAddress }: WorkerConfig): void {
  try {
    Runtime.install({
      shutdownSignals: [],
      ...(bindAddress !== undefined && { telemetryOptions: { metrics: { prometheus: { bindAddress } } } }),
    });
  } catch (error) {
    throw new ConfigurationError([`${VARIABLES.metricsAddress} ${bindAddress} cannot be used: ${messageOf(error)}`]);
  }
}

/** Returns the exit code that an error of the worker deserves: 2 configuration or set-up, 8 cannot connect, else 1. */
export function workerExitCode(error: unknown): number {
  if (error instanceof ConfigurationError || error instanceof PreflightError) return 2;
  return error instanceof CannotConnectError ? 8 : 1;
}

async function connect({ connectionOptions, address }: TemporalConfig): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(connectionOptions);
  } catch (error) {
    throw new CannotConnectError(`${noServerAnswers(address)} (${messageOf(error)})`, { cause: error });
  }
}

async function start({ config, temporal }: RunWorkerOptions): Promise<Started> {
  const { namespace } = temporal;
  const connection = await connect(temporal);
  const { logger, metricMeter } = Runtime.instance();
  for (const warning of config.warnings) logger.warn(warning);
  const notify = createNoticeReporter(logger, metricMeter);
  const identity = `${process.pid}@${hostname()}`;
  const queue = TASK_QUEUES.tencentOrganization;
  const statusCallQuota = new WorkerQuota({
    callsPerSecond: config.statusCallsPerSecond,
    workers: config.workers,
    identity,
    readQueue: () => readTaskQueue(connection, { namespace, queue, kind: 'activity' }),
    notify,
  });
  const surroundings = { env: process.env, homeDir: homedir(), notify, statusCallQuota };
  const { organization, ...cloud } = openCloud(config.cloud, surroundings);
  const close = async (): Promise<void> => {
    statusCallQuota.stop();
    await cloud.close();
    await connection.close();
  };
  try {
    await ensureNamespace(connection, namespace);
    await ensureSearchAttributes(connection, namespace);
    const shared = {
      connection,
      namespace,
      identity,
      shutdownGraceTime: `${SHUTDOWN_GRACE_SECONDS}s`,
      shutdownForceTime: `${SHUTDOWN_FORCE_SECONDS}s`,
    } as const;
    const workers = await Promise.all([
      Worker.create({ ...shared, ...workflowSource(), taskQueue: TASK_QUEUES.provisioning }),
      Worker.create({
        ...shared,
        taskQueue: queue,
        activities: createActivities({ organization }),
        maxTaskQueueActivitiesPerSecond: config.statusCallsPerSecond,
        tuner: {
          activityTaskSlotSupplier: createPacedSlots(statusCallQuota.pacer),
          workflowTaskSlotSupplier: UNUSED_SLOTS,
          localActivityTaskSlotSupplier: UNUSED_SLOTS,
          nexusTaskSlotSupplier: UNUSED_SLOTS,
        },
      }),
    ]);
    statusCallQuota.start();
    return { workers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function runUntilAborted(workers: Worker[], signal: AbortSignal, onReady?: () => void): Promise<void> {
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = workers.map((worker) => worker.run());
  signal.addEventListener('abort', shutdown, { once: true });
  // A worker that was created holds the connection until it has run, so also a start cut short at its end runs.
  if (signal.aborted) shutdown();
  else onReady?.();
  try {
    await Promise.all(running);
  } finally {
    // One queue without the other follows nothing: they stop together.
    shutdown();
    await Promise.allSettled(running);
  }
}

function workflowSource(): { workflowBundle: { codePath: string } } | { workflowsPath: string } {
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('./workflows') };
}

if (require.main === module) {
  runWorkerFromEnvironment(process.env, () => process.stderr.write(`${WORKER_IS_POLLING}\n`)).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      process.exit(workerExitCode(error));
    },
  );
}
