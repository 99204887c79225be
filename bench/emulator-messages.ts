import type { Outage, TaskScript } from '../emulator';

/** Zone of the tasks, where a case is not about zones. */
export const ZONE = 'z-bench';

/** A task as the emulator is to play it. */
export interface BenchTask extends TaskScript {
  /** Default {@link ZONE}. */
  zone?: string;
  taskId: string;
}

/** A status call as it arrived at the emulator. */
export interface StatusCall {
  /** Arrival, epoch ms. */
  at: number;
  taskId: string;
  /** Task status or error code; empty while the answer is on its way. */
  answered: string;
}

/** {@link StatusCall} on its way between the processes. */
export type CompactCall = [at: number, taskId: string, answered: string];

/** What the benchmark asks of the emulator's process. */
export type EmulatorRequest =
  | { do: 'setTasks'; tasks: BenchTask[] }
  | { do: 'setOutages'; outages: Outage[] }
  /** Calls from the given one on, in order of arrival. */
  | { do: 'calls'; from: number }
  /** From now on tell which tasks were answered `Success`. */
  | { do: 'tellEnds' };

/** What the emulator's process says. */
export type EmulatorMessage =
  | { kind: 'ready'; url: string }
  | { kind: 'reply'; id: number; value: unknown }
  | { kind: 'failed'; id: number; error: string }
  | { kind: 'ended'; taskIds: string[] };
