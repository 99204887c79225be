import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { Outage } from '../emulator';

import type { BenchTask, CompactCall, EmulatorMessage, EmulatorRequest, StatusCall } from './emulator-messages';

/** The emulator in a process of its own. */
export interface BenchEmulator {
  url: string;
  pid: number;
  /** Sets tasks of the zone `ZONE`; resolves to the instant from which their durations count, epoch ms. */
  setTasks(tasks: BenchTask[]): Promise<number>;
  /** Replaces the schedule of outages. */
  setOutages(outages: Outage[]): Promise<void>;
  /** Lists the calls in order of arrival, from the given one on. Default: all. */
  calls(from?: number): Promise<StatusCall[]>;
  /** Tells within some 20 ms which tasks were answered `Success`; one listener at a time. */
  onEnds(listener: (taskIds: string[]) => void): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/**
 * Starts the emulator.
 *
 * @param requestsPerSecond - status calls that it admits in any one second
 */
export async function startBenchEmulator(requestsPerSecond: number): Promise<BenchEmulator> {
  const script = path.join(__dirname, 'emulator-process.js');
  // It ends when the channel to this process closes, so it needs no other care.
  const child = fork(script, [String(requestsPerSecond)], { detached: true });
  const waiting = new Map<number, Waiting>();
  let ids = 0;
  let listener: (taskIds: string[]) => void = () => undefined;
  let isReady: (url: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => (isReady = resolve));
  child.on('message', (message: EmulatorMessage) => {
    if (message.kind === 'ready') isReady(message.url);
    else if (message.kind === 'ended') listener(message.taskIds);
    else {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'failed') asked?.reject(new Error(`The emulator failed: ${message.error}`));
      else asked?.resolve(message.value as never);
    }
  });
  const closed = once(child, 'exit');
  const failed = closed.then((): never => {
    const error = new Error('The emulator ended by itself');
    for (const { reject } of waiting.values()) reject(error);
    throw error;
  });
  failed.catch(() => undefined);
  const ask = <T>(request: EmulatorRequest): Promise<T> => {
    ids += 1;
    const id = ids;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.send({ id, request });
    });
  };
  return {
    url: await Promise.race([ready, failed]),
    pid: child.pid ?? 0,
    setTasks: (tasks) => ask<number>({ do: 'setTasks', tasks }),
    setOutages: (outages) => ask<void>({ do: 'setOutages', outages }),
    async calls(from = 0) {
      const calls = await ask<CompactCall[]>({ do: 'calls', from });
      return calls.map(([at, taskId, answered]) => ({ at, taskId, answered }));
    },
    async onEnds(wanted) {
      listener = wanted;
      await ask<void>({ do: 'tellEnds' });
    },
    async close() {
      if (child.connected) child.disconnect();
      await closed;
    },
  };
}
