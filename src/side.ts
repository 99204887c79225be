import type { NativeConnection, Worker, WorkerOptions } from '@temporalio/worker';

/** What every worker of the process has. */
export type SharedWorkerOptions = Pick<WorkerOptions, 'shutdownForceTime' | 'dataConverter' | 'plugins'> & {
  connection: NativeConnection;
  namespace: string;
  /** Under which all of them poll. */
  identity: string;
};

/** One side of the worker process, ready to run. */
export interface Side {
  /** One for each of its task queues. */
  workers: Worker[];
  /** Takes on no more tasks, before its workers are shut down. */
  settle(): Promise<void>;
  /** Gives back what it holds besides them; they have ended by then. */
  close(): Promise<void>;
}
