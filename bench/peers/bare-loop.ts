import { setTimeout as sleep } from 'node:timers/promises';

import { SUCCESS, type WaitForSuccess } from './waiting';

const INTERVAL_MS = 1_000;

/** Waits as a script does: ask, sleep 1 s, ask again, whatever the answer. */
export const waitInBareLoop: WaitForSuccess = async (call, taskId) => {
  for (;;) {
    const status = await call(taskId).catch(() => undefined);
    if (status === SUCCESS) return;
    await sleep(INTERVAL_MS);
  }
};
