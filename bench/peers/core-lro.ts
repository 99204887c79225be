import { setTimeout as sleep } from 'node:timers/promises';

import { createHttpPoller, type OperationResponse } from '@azure/core-lro';

import { messageOf } from '../../src/sentences';

import type { StatusCall } from './status-call';
import { SUCCESS, type WaitForSuccess } from './waiting';

/** The package's default. */
const INTERVAL_MS = 2_000;

/** What the Azure clients throw for an answer that is not the expected one; the poller knows it by its name. */
class RestError extends Error {
  override readonly name = 'RestError';
}

/** Waits with the Azure SDK's poller at its default, 2 s: the first refused call fails it for good. */
export const waitWithCoreLro: WaitForSuccess = async (call, taskId) => {
  await pollUntilDone(call, taskId);
};

/** The same with a caller that, after a failure, makes a new poller one interval later. */
export const waitWithNewPollers: WaitForSuccess = async (call, taskId) => {
  for (;;) {
    try {
      return await pollUntilDone(call, taskId);
    } catch {
      await sleep(INTERVAL_MS);
    }
  }
};

async function pollUntilDone(call: StatusCall, taskId: string): Promise<void> {
  const location = `/tasks/${taskId}`;
  const poller = createHttpPoller({
    // The task was begun elsewhere, so that this stands for the answer to its begin, and costs no call.
    sendInitialRequest: () => Promise.resolve(answer(202, 'Running', location)),
    async sendPollRequest() {
      const status = await call(taskId).catch((error: unknown) => {
        throw new RestError(messageOf(error), { cause: error });
      });
      return answer(200, status === SUCCESS ? 'Succeeded' : 'Running', location);
    },
  });
  await poller.pollUntilDone();
}

function answer(statusCode: number, status: string, location: string): OperationResponse {
  const body = { status };
  const headers = { 'operation-location': location };
  const request = { method: 'POST', url: location };
  return { flatResponse: body, rawResponse: { statusCode, headers, body, request } };
}
