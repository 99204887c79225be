import { type EmulatorAccount, type TemporaryAccount } from './accounts';
import { type MetadataOptions } from './metadata-api';
import { type Outage } from './outages';
import { type RateLimitOptions } from './rate-limits';
import { type ReceivedRequest } from './request-log';
import { type StsOptions } from './sts-api';
import { type TaskScript } from './task-scripts';

/** Options of {@link startEmulator}. */
export interface EmulatorOptions extends RateLimitOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** Port to listen on; default 0, any free one. */
  port?: number;
  /** Keys that may call; default only {@link DEMO_ACCOUNT}. */
  accounts?: EmulatorAccount[];
  /** The emulator's clock, epoch ms; default `Date.now`. */
  now?: () => number;
}

/** What scripts and watches a running emulator. */
export interface EmulatorControls {
  /** Scripts a task and restarts its clock and answers; this also makes its zone exist. */
  setTask(zoneId: string, taskId: string, script: TaskScript): void;
  /** Replaces the keys that may call; issued ones stay until they expire. */
  setAccounts(accounts: EmulatorAccount[]): void;
  /**
   * Moves the clock that the cloud shows, `now() + offsetMs`: signature check, Date header, expiry of keys. Records,
   * rate limits, tasks and outages stay on `now()`.
   */
  setClockOffset(offsetMs: number): void;
  /** Replaces the schedule of outages. */
  setOutages(outages: Outage[]): void;
  /** Replaces what STS knows and answers; at the start it knows no role. */
  setSts(sts: StsOptions): void;
  /** Gives the metadata endpoint a role or takes it; the next call for a key gets a new one. */
  setMetadata(metadata: MetadataOptions | undefined): void;
  /** Lists the calls received in order of arrival, all or those of one task. */
  requests(taskId?: string): ReceivedRequest[];
  /** Returns the most calls of a task that were ever unanswered at the same time. */
  maxOutstanding(taskId: string): number;
  /** Lists the temporary keys that STS and the metadata endpoint have issued, also expired ones. */
  issued(): TemporaryAccount[];
  /** Returns the number of sockets open now. */
  connections(): number;
}

/** A running emulator. */
export interface Emulator extends EmulatorControls {
  /** Base address, for example `http://127.0.0.1:40123`. */
  url: string;
  port: number;
  /** Stops listening and cuts every connection, also those of delayed and hanging answers. */
  close(): Promise<void>;
}
