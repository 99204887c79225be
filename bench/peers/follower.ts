import type { BenchEmulator } from '../bench-emulator';

import type { FollowReport } from './peer-protocol';

/** A peer at work: one process that follows tasks of an emulator of its own. */
export interface Follower {
  emulator: BenchEmulator;
  /** The process that makes the calls. */
  workerPid: number;
  /** The server that keeps the state of the follows, if there is one. */
  serverPid?: number;
  follow(taskId: string): Promise<void>;
  /** Lists the follows whose end is known. */
  reports(): Promise<FollowReport[]>;
  /** Kills the process as a crash does, and starts it again as its user would. */
  restart(): Promise<void>;
  /** Stops every process. */
  stop(): Promise<void>;
}

/** Someone who follows tasks in a way of his own. */
export interface Peer {
  name: string;
  /** True when the follows live in the memory of the process. */
  isInProcess: boolean;
  /** @param callsPerSecond - the quota of the emulator, and what a peer is told that can be told */
  start(callsPerSecond: number): Promise<Follower>;
}
