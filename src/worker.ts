import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';

import { untilAborted } from './abort-signals';
import { createActivities } from './activities';
import { createFollowActivities } from './activities/follow-activities';
import { createItemsFileActivities } from './activities/items-file-activities';
import { createUserSyncActivities } from './activities/user-sync-activities';
import { ConfigurationError, readConfig, VARIABLES, type TemporalConfig, type WorkerConfig } from './config';
import { TASK_QUEUES } from './contract';
import { ensureNamespace, ensureSearchAttributes, PreflightError } from './preflight';
import { createPacedSlots, WorkerQuota, type QuotaCalls } from './quota';
import { messageOf, noServerAnswers, WORKER_IS_POLLING } from './sentences';
import { readTaskQueue } from './task-queues';
import { openCloud } from './tencent';
import { createNoticeReporter } from './worker-notices';
import { versioningOptions, versionSentence } from './worker-versioning';

/** Longer than one call may last, so that a drain lets it end. */
const SHUTDOWN_GRACE_SECONDS = 20;
const SHUTDOWN_FORCE_SECONDS = 40;

/**
 * Those that wait for a follow are idle, but each holds a long poll, as do the clients that wait; by default a frontend
 * of the server allows 1,200 for all processes of a namespace together.
 */
const MAX_ACTIVITIES_WITHOUT_CALLS = 500;

/** Options of {@link runWorker}. */
export interface RunWorkerOptions {
  config: WorkerConfig;
  temporal: TemporalConfig;
  /** Drains the worker when aborted, also during its start. */
  signal: AbortSignal;
  /** Called once every task queue is polled. */
  onReady?: () => void;
}

/** A queue of calls has no other tasks. */
const UNUSED_SLOTS = { type: 'fixed-size', numSlots: 1 } as const;

/** What every worker of the process has. */
type SharedOptions = Pick<WorkerOptions, 'namespace' | 'identity' | 'shutdownForceTime'> & {
  connection: NativeConnection;
};

/** A task queue whose activities make one call each, and share a rate. */
interface CallQueue {
  taskQueue: string;
  /** Of all workers together. */
  callsPerSecond: number;
  /** This worker's part of it. */
  quota: WorkerQuota;
}

interface Started {
  workers: Worker[];
  close(): Promise<void>;
}

/** The Temporal server could not be reached. */
export class CannotConnectError extends Error {
  override readonly name = 'CannotConnectError';
}

/**
 * Polls every task queue until the signal aborts, then drains. Aborted during the start it returns at once; what was
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
 * @param onReady - called once every task queue is polled
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
  const shared = {
    connection,
    namespace,
    identity: `${process.pid}@${hostname()}`,
    shutdownForceTime: `${SHUTDOWN_FORCE_SECONDS}s`,
  } as const;
  const openQueue = (taskQueue: string, calls: QuotaCalls, callsPerSecond: number): CallQueue => {
    const readQueue = () => readTaskQueue(connection, { namespace, queue: taskQueue, kind: 'activity' });
    const { identity } = shared;
    const quota = new WorkerQuota({ calls, callsPerSecond, workers: config.workers, identity, readQueue, notify });
    return { taskQueue, callsPerSecond, quota };
  };
  const statusQueue = openQueue(TASK_QUEUES.tencentOrganization, 'status', config.statusCallsPerSecond);
  const userSyncQueue = openQueue(TASK_QUEUES.tencentUserSync, 'user-sync', config.userSyncCallsPerSecond);
  const quotas = [statusQueue.quota, userSyncQueue.quota];
  const { organization, ...cloud } = openCloud(config.cloud, {
    env: process.env,
    homeDir: homedir(),
    notify,
    statusCallQuota: statusQueue.quota,
    userSyncQuota: userSyncQueue.quota,
  });
  const close = async (): Promise<void> => {
    for (const quota of quotas) quota.stop();
    await cloud.close();
    await connection.close();
  };
  try {
    await ensureNamespace(connection, namespace);
    await ensureSearchAttributes(connection, namespace);
    if (config.version) {
      const key = { namespace, queue: TASK_QUEUES.provisioning, kind: 'workflow' } as const;
      const { currentVersion } = await readTaskQueue(connection, key);
      logger.info(versionSentence(namespace, config.version, currentVersion));
    }
    const workers = await Promise.all([
      // Without a grace: what waits here may wait for hours, and another worker goes on waiting.
      Worker.create({
        ...shared,
        ...workflowSource(),
        ...versioningOptions(config.version),
        taskQueue: TASK_QUEUES.provisioning,
        activities: { ...createItemsFileActivities({ folder: config.itemsFolder }), ...createFollowActivities() },
        maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES_WITHOUT_CALLS,
      }),
      createCallWorker(shared, statusQueue, createActivities({ organization })),
      createCallWorker(shared, userSyncQueue, createUserSyncActivities({ organization })),
    ]);
    for (const quota of quotas) quota.start();
    return { workers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Creates the worker of a queue whose rate is kept twice: by the server for all workers, and evenly by this one. */
function createCallWorker(shared: SharedOptions, queue: CallQueue, activities: object): Promise<Worker> {
  const { taskQueue, callsPerSecond, quota } = queue;
  return Worker.create({
    ...shared,
    taskQueue,
    activities,
    shutdownGraceTime: `${SHUTDOWN_GRACE_SECONDS}s`,
    maxTaskQueueActivitiesPerSecond: callsPerSecond,
    tuner: {
      activityTaskSlotSupplier: createPacedSlots(quota.pacer),
      workflowTaskSlotSupplier: UNUSED_SLOTS,
      localActivityTaskSlotSupplier: UNUSED_SLOTS,
      nexusTaskSlotSupplier: UNUSED_SLOTS,
    },
  });
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
    // One queue without the others gets nothing done: they stop together.
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
