import { abortOn } from '../abort-signals';
import type { Follow, WaitResult } from '../client';

import { withClient } from './connection';
import { EXIT_CODES, exitCodeOf } from './exit-codes';
import { toFollowRequest, type FollowOptions } from './follow-options';
import { printJson, printLine, resultSentence, type CommonOptions } from './output';
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
