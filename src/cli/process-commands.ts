import { DEMO_ACCOUNT, startEmulator } from '../../emulator';
import { abortOn, untilAborted } from '../abort-signals';
import { ConfigurationError } from '../config/configuration-error';
import { messageOf } from '../sentences';

import { CommandError, refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, type CommonOptions } from './output';
import { portOf } from './ports';
import { parseTaskOption } from './task-option';

/** Options of `emulator` as typed. */
export interface EmulatorCommandOptions extends CommonOptions {
  port?: string;
  task: string[];
}

/** Runs the worker until SIGTERM or SIGINT. */
export async function worker({ json }: CommonOptions): Promise<number> {
  // Loaded here only: the SDK's native library costs every other command half a second.
  const { runWorkerFromEnvironment, workerExitCode } = await import('../worker.js');
  try {
    await runWorkerFromEnvironment(process.env, (ready) => {
      if (json) printJson({ state: 'polling', ...ready });
    });
    return EXIT_CODES.success;
  } catch (error) {
    if (error instanceof ConfigurationError || !(error instanceof Error)) throw error;
    throw new CommandError(error.message, workerExitCode(error), error.name.replace(/Error$/, ''), { cause: error });
  }
}

/** Runs the emulator until SIGTERM or SIGINT. */
export async function emulator({ json, port, task }: EmulatorCommandOptions): Promise<number> {
  const faults: string[] = [];
  const wantedPort = portOf('--port', port, faults);
  const tasks = task.map((text) => parseTaskOption(text, faults));
  refuseFaults(faults);
  // Before the address is told: who reads it may send a signal at once.
  const interruption = abortOn('SIGINT', 'SIGTERM');
  const running = await startEmulator(wantedPort === undefined ? {} : { port: wantedPort }).catch((error: unknown) => {
    const message = `The emulator cannot listen on port ${port}: ${messageOf(error)}. Choose another --port`;
    throw new CommandError(message, EXIT_CODES.badInput, 'PortTaken', { cause: error });
  });
  for (const scripted of tasks) if (scripted) running.setTask(scripted.zoneId, scripted.taskId, scripted.script);
  const { secretId, secretKey } = DEMO_ACCOUNT;
  if (json) {
    printJson({ url: running.url, secretId, secretKey });
  } else {
    printLine(
      `A stand-in for the cloud's API listens at ${running.url}. It is not the real service. Point a worker at it with:`,
    );
    printLine(
      `  export PROVISIONING_ENDPOINT=${running.url} TENCENTCLOUD_SECRET_ID=${secretId} TENCENTCLOUD_SECRET_KEY=${secretKey}`,
    );
    printLine(`Script a task: curl -X PUT ${running.url}/_emulator/tasks/z-1/t-1 -d '{"durationMs": 30000}'`);
  }
  await untilAborted(interruption.signal);
  await running.close();
  return EXIT_CODES.success;
}
