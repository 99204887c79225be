import { once } from 'node:events';

import type { WaitResult } from '../../src/client';
import { waitShowingProgress, type WatchingClient } from '../../src/cli/watch';

const TASKS = [
  { zoneId: 'z-1', taskId: 't-1' },
  { zoneId: 'z-1', taskId: 't-2' },
];

/** Never answers, and ends with its signal. */
async function hang(signal: AbortSignal | undefined, open: Set<AbortSignal>): Promise<never> {
  if (!signal) throw new Error('no signal was given');
  open.add(signal);
  await once(signal, 'abort');
  // What ends in a later turn of the loop must be waited for.
  await new Promise((resolve) => setImmediate(resolve));
  open.delete(signal);
  throw signal.reason;
}

describe('waiting with progress', () => {
  test('gives the results in the order of the tasks, and leaves no question open that no worker answers', async () => {
    const open = new Set<AbortSignal>();
    const client: WatchingClient = {
      status: (_zone, _task, { signal } = {}) => hang(signal, open),
      async waitForOutcome(_zone, taskId) {
        if (taskId === 't-1') await new Promise((resolve) => setImmediate(resolve));
        return { kind: 'stopped', reason: taskId };
      },
    };
    await expect(waitShowingProgress(client, TASKS, {})).resolves.toEqual([
      { kind: 'stopped', reason: 't-1' },
      { kind: 'stopped', reason: 't-2' },
    ]);
    expect(open.size).toBe(0);
  });

  test('ends every other wait when one fails, with that failure', async () => {
    const open = new Set<AbortSignal>();
    const client: WatchingClient = {
      status: (_zone, _task, { signal } = {}) => hang(signal, open),
      waitForOutcome: (_zone, taskId, { signal } = {}) =>
        taskId === 't-1' ? hang(signal, open) : Promise.reject(new Error('the server has gone')),
    };
    await expect(waitShowingProgress(client, TASKS, {})).rejects.toThrow('the server has gone');
    expect(open.size).toBe(0);
  });

  test('hands timeout and signal of the caller on', async () => {
    const caller = new AbortController();
    const timeouts: unknown[] = [];
    const client: WatchingClient = {
      status: () => Promise.reject(new Error('no worker')),
      async waitForOutcome(_zone, _task, { signal, timeoutMs } = {}): Promise<WaitResult> {
        timeouts.push(timeoutMs);
        if (signal) await once(signal, 'abort');
        return { kind: 'waiting' };
      },
    };
    const waiting = waitShowingProgress(client, TASKS, { timeoutMs: 7, signal: caller.signal });
    caller.abort();
    await expect(waiting).resolves.toEqual([{ kind: 'waiting' }, { kind: 'waiting' }]);
    expect(timeouts).toEqual([7, 7]);
  });
});
