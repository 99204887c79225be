import { startEmulator, type Emulator } from '../emulator';

import { ZONE, type CompactCall, type EmulatorMessage, type EmulatorRequest } from './emulator-messages';

/** Short against every interval of polling. */
const LOOK_MS = 20;

function tell(message: EmulatorMessage): void {
  process.send?.(message);
}

function act(emulator: Emulator, request: EmulatorRequest): unknown {
  switch (request.do) {
    case 'setTasks': {
      const atMs = Date.now();
      for (const { zone = ZONE, taskId, ...script } of request.tasks) emulator.setTask(zone, taskId, script);
      return atMs;
    }
    case 'setOutages':
      return emulator.setOutages(request.outages);
    case 'calls':
      return emulator.requests().slice(request.from).map(compact);
    case 'tellEnds':
      return tellEnds(emulator);
  }
}

function compact({ at, taskId = '', answered = '' }: ReturnType<Emulator['requests']>[number]): CompactCall {
  return [at, taskId, answered];
}

function tellEnds(emulator: Emulator): void {
  let seen = 0;
  setInterval(() => {
    const calls = emulator.requests();
    const taskIds = calls.slice(seen).flatMap(({ taskId, answered }) => (answered === 'Success' ? [taskId ?? ''] : []));
    seen = calls.length;
    if (taskIds.length > 0) tell({ kind: 'ended', taskIds });
  }, LOOK_MS);
}

/** Runs the emulator for the process that forked this one: it must not share a core with what measures. */
async function main(requestsPerSecond: number): Promise<void> {
  process.once('disconnect', () => process.exit());
  const emulator = await startEmulator({ requestsPerSecond });
  process.on('message', ({ id, request }: { id: number; request: EmulatorRequest }) => {
    try {
      tell({ kind: 'reply', id, value: act(emulator, request) });
    } catch (error) {
      tell({ kind: 'failed', id, error: String(error) });
    }
  });
  tell({ kind: 'ready', url: emulator.url });
}

if (require.main === module) void main(Number(process.argv[2]));
