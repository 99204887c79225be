import { type EmulatorAccount, type TemporaryAccount } from './accounts';
import { type Directory } from './directory';
import { type LostAnswer } from './lost-answers';
import { type MetadataOptions } from './metadata-api';
import { type Outage } from './outages';
import { type RateLimitOptions } from './rate-limits';
import { type ReceivedRequest } from './request-log';
import { type StsOptions } from './sts-api';
import { type TaskScript } from './task-scripts';
import { type UserSyncRecord } from './user-syncs';
import { type UserSyncTaskRecord } from './zone-tasks';

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
  /** How many calls {@link EmulatorControls.requests} remembers, the last ones; default all. */
  keepRequests?: number;
}

/** What scripts and watches a running emulator. */
export interface EmulatorControls {
  /** Replaces what a zone knows and allows, and makes it exist; its user syncs and tasks stay. */
  setZone(zoneId: string, directory: Directory): void;
  /** Scripts a task and restarts its clock, answers and counts; this also makes its zone exist. */
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
  /** Replaces the calls whose answers get lost, and starts their counts anew; the first that matches a call applies. */
  setLostAnswers(lostAnswers: LostAnswer[]): void;
  /** Replaces what STS knows and answers; at the start it knows no role. */
  setSts(sts: StsOptions): void;
  /** Gives the metadata endpoint a role or takes it; the next call for a key gets a new one. */
  setMetadata(metadata: MetadataOptions | undefined): void;
  /** Lists every user sync that a zone ever had, the oldest first. */
  userSyncs(zoneId: string): UserSyncRecord[];
  /** Lists every task that Create or Delete has started in a zone, the oldest first. */
  userSyncTasks(zoneId: string): UserSyncTaskRecord[];
  /** Lists the calls remembered in order of arrival, all or those of one task. */
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
