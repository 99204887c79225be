import { homedir } from 'node:os';
import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { abortOn, untilAborted } from '../abort-signals';
import { ProvisioningClient, workflowId, type WaitResult } from '../client';
import { createDataConverter } from '../encryption/data-converter';
import { encryptionOf } from '../encryption/encryption-keys';

import { CommandError, refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, resultSentence, type CommonOptions } from './output';
import { portOf } from './ports';
import { deviations, SAMPLE_DIRECTORY, SAMPLE_ZONE, sampleTasks, TRY_TASKS, type SampleTask } from './sample';
import { startStack, type Stack } from './stack';
import { uiLink } from './ui-link';
import { waitShowingProgress } from './watch';

/** Options of `up` as typed. */
export interface UpOptions extends CommonOptions {
  once?: boolean;
  port?: string;
  uiPort?: string;
  data: string;
}

/**
 * Starts everything on this machine, follows the sample when the cloud is the emulator, and stays until Ctrl-C unless
 * `once` is set.
 */
export async function up(options: UpOptions): Promise<number> {
  const faults: string[] = [];
  const port = portOf('--port', options.port, faults) ?? 7233;
  const uiPort = portOf('--ui-port', options.uiPort, faults) ?? 8233;
  refuseFaults(faults);
  // The worker gets the same keys.
  const dataConverter = createDataConverter(encryptionOf(process.env));
  const stop = abortOn('SIGINT', 'SIGTERM', 'SIGHUP');
  const tell = options.json ? (line: string) => process.stderr.write(`${line}\n`) : printLine;
  const stack = await startStack({
    port,
    uiPort,
    dataFolder: path.resolve(options.data),
    env: process.env,
    homeDir: homedir(),
    tell,
  });
  const connection = Connection.lazy({ address: stack.address });
  const client = new ProvisioningClient(new Client({ connection, dataConverter }));
  try {
    const exitCode = await Promise.race([demonstrate(stack, client, options, stop.signal, tell), stack.failed]);
    if (!options.once && !stop.signal.aborted) {
      tell('\nEverything stays up until Ctrl-C.');
      await Promise.race([untilAborted(stop.signal), stack.failed]);
    }
    return options.once && stop.signal.aborted ? EXIT_CODES.interrupted : exitCode;
  } finally {
    if (!options.once) tell('Stopping: the worker drains, then the server…');
    await stack.stop();
    // Not before: a call that the SDK sends again on a closed connection ends the process.
    await connection.close();
    stop.release();
  }
}

async function demonstrate(
  stack: Stack,
  client: ProvisioningClient,
  options: UpOptions,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<number> {
  if (signal.aborted) return EXIT_CODES.success;
  if (!stack.emulator) {
    tell('\nThe worker asks the real cloud, so no sample is followed. Follow a task of yours with:');
    tell(`  ${commandPrefix(stack)}npx provisioning follow <zone> <task> --wait`);
    if (options.json) printJson(locations(stack));
    return EXIT_CODES.success;
  }
  const tasks = sampleTasks(Date.now().toString(36));
  for (const { zoneId, taskId, script } of [...tasks, ...TRY_TASKS]) stack.emulator.setTask(zoneId, taskId, script);
  stack.emulator.setZone(SAMPLE_ZONE, SAMPLE_DIRECTORY);
  const results = await followSample(client, tasks, signal, tell);
  if (signal.aborted) return EXIT_CODES.success;
  const wrong = deviations(tasks, results);
  if (options.json) {
    printJson({
      ...locations(stack),
      sample: tasks.map((task, i) => ({ ...idsOf(stack, task), ...results[i] })),
      deviations: wrong,
    });
  } else {
    tell('\nOutcomes:');
    tasks.forEach((task, i) => {
      const result = results[i];
      if (result) tell(`  ${resultSentence(result)}`);
      tell(`    ${idsOf(stack, task).link}`);
    });
  }
  if (!options.once) tellWhatToTry(stack, tell);
  if (wrong.length === 0) return EXIT_CODES.success;
  const message = `The sample did not end as scripted: ${wrong.join('; ')}`;
  throw new CommandError(message, EXIT_CODES.unexpected, 'SampleDeviates');
}

async function followSample(
  client: ProvisioningClient,
  tasks: readonly SampleTask[],
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<WaitResult[]> {
  tell('\nFollowing a sample of three tasks: one succeeds, one fails with a reason, one is slow.');
  for (const { zoneId, taskId } of tasks) {
    await client.follow({ zoneId, taskId, requestedBy: 'provisioning up', note: 'sample' });
  }
  return await waitShowingProgress(client, tasks, { signal });
}

function tellWhatToTry(stack: Stack, tell: (line: string) => void): void {
  const prefix = commandPrefix(stack);
  tell('\nTry next, from another shell in this folder:');
  for (const { taskId } of TRY_TASKS) tell(`  ${prefix}npx provisioning follow ${SAMPLE_ZONE} ${taskId} --wait`);
  tell(`  ${prefix}npx provisioning status ${SAMPLE_ZONE} ${TRY_TASKS[0]?.taskId} --json`);
  tell(`  ${prefix}npx provisioning provision --zone ${SAMPLE_ZONE} --file examples/users.csv`);
  tell(`  ${prefix}npx provisioning --help`);
}

function commandPrefix({ address }: Stack): string {
  return address.endsWith(':7233') ? '' : `TEMPORAL_ADDRESS=${address} `;
}

function locations({ address, uiUrl, emulator }: Stack): object {
  return { address, uiUrl, ...(emulator && { emulatorUrl: emulator.url }) };
}

function idsOf(
  { uiUrl }: Stack,
  { zoneId, taskId }: SampleTask,
): { zoneId: string; taskId: string; workflowId: string; link: string } {
  const id = workflowId(zoneId, taskId);
  return { zoneId, taskId, workflowId: id, link: uiLink(uiUrl, 'default', id) };
}
