import { abortOn } from '../abort-signals';
import { idFaults, InvalidInputError, workflowId, type Follow, type WaitResult } from '../client';

import { withClient } from './connection';
import { EXIT_CODES, exitCodeOf } from './exit-codes';
import { toFollowRequest, type FollowOptions } from './follow-options';
import { printJson, printLine, resultSentence, snapshotLine, type CommonOptions } from './output';
import { waitShowingProgress } from './watch';

/** Follows a task, and waits for its outcome when asked to. */
export async function follow(zoneId: string, taskId: string, options: FollowOptions & CommonOptions): Promise<number> {
  const { input, timeoutMs } = toFollowRequest(zoneId, taskId, options, Date.now());
  return withClient(async (client) => {
    const started = await client.follow(input);
    if (!options.json) printLine(followSentence(started));
    if (!options.wait) {
      if (options.json) printJson({ follow: started });
      return EXIT_CODES.success;
    }
    const interrupt = abortOn('SIGINT');
    try {
      const wait = { signal: interrupt.signal, ...(timeoutMs !== undefined && { timeoutMs }) };
      const [result] = (await waitShowingProgress(client, [{ zoneId, taskId }], wait)) as [WaitResult];
      if (options.json) printJson({ follow: started, ...result });
      else printLine(resultSentence(result));
      return result.kind === 'waiting' && interrupt.signal.aborted ? EXIT_CODES.interrupted : exitCodeOf(result);
    } finally {
      interrupt.release();
    }
  });
}

/** Shows a follow as it stands. */
export async function status(zoneId: string, taskId: string, { json }: CommonOptions): Promise<number> {
  checkIds(zoneId, taskId);
  const snapshot = await withClient((client) => client.status(zoneId, taskId));
  if (json) printJson(snapshot);
  else printLine(snapshotLine(snapshot, Date.now()));
  return EXIT_CODES.success;
}

/** Asks for a poll at once. */
export async function pollNow(zoneId: string, taskId: string, { json }: CommonOptions): Promise<number> {
  checkIds(zoneId, taskId);
  await withClient((client) => client.pollNow(zoneId, taskId));
  if (json) printJson({ workflowId: workflowId(zoneId, taskId), requested: 'pollNow' });
  else printLine(`The follow of task ${taskId} was asked to poll now`);
  return EXIT_CODES.success;
}

/** Tells a blocked follow that it can go on. */
export async function resume(zoneId: string, taskId: string, { json }: CommonOptions): Promise<number> {
  checkIds(zoneId, taskId);
  await withClient((client) => client.resume(zoneId, taskId));
  if (json) printJson({ workflowId: workflowId(zoneId, taskId), requested: 'resume' });
  else printLine(`The follow of task ${taskId} was told to go on; if it is blocked, it polls now`);
  return EXIT_CODES.success;
}

/** Asks for the end of a follow. */
export async function cancel(zoneId: string, taskId: string, { json }: CommonOptions): Promise<number> {
  checkIds(zoneId, taskId);
  await withClient((client) => client.cancel(zoneId, taskId));
  if (json) printJson({ workflowId: workflowId(zoneId, taskId), requested: 'cancel' });
  else printLine(`The follow of task ${taskId} was asked to end; the cloud task itself goes on`);
  return EXIT_CODES.success;
}

function checkIds(zoneId: string, taskId: string): void {
  const faults = [...idFaults('zoneId', zoneId), ...idFaults('taskId', taskId)];
  if (faults.length > 0) throw new InvalidInputError(faults);
}

function followSentence({ state, workflowId: id }: Follow): string {
  switch (state) {
    case 'started':
      return `Started ${id}`;
    case 'attached':
      return `Attached to ${id}, which follows this task already`;
    case 'ended':
      return `${id} has ended: its recorded outcome stands, the cloud is not asked again`;
  }
}
