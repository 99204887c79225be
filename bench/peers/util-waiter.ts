import { checkExceptions, createWaiter, waiterServiceDefaults, WaiterState } from '@smithy/util-waiter';

import { SUCCESS, type WaitForSuccess } from './waiting';

/** It must be given; longer than any run. */
const MAX_WAIT_SECONDS = 600;

/**
 * Waits with the AWS SDK's waiter at its defaults: 2 s to 120 s, exponential with jitter until the cap.
 *
 * The check is written as those that the SDK generates: what no acceptor names, an exception too, means try again.
 */
export const waitWithUtilWaiter: WaitForSuccess = async (call, taskId) => {
  const options = { ...waiterServiceDefaults, client: call, maxWaitTime: MAX_WAIT_SECONDS };
  const result = await createWaiter(options, taskId, async (client, id) => {
    try {
      const status = await client(id);
      return { state: status === SUCCESS ? WaiterState.SUCCESS : WaiterState.RETRY, reason: { status } };
    } catch (reason) {
      return { state: WaiterState.RETRY, reason };
    }
  });
  checkExceptions(result);
};
