import { setTimeout as sleep } from 'node:timers/promises';

import { TencentCloudError } from '../../src/tencent';

import { SUCCESS, type WaitForSuccess } from './waiting';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const TIMEOUT_MS = 300_000;

/** Waits on the schedule of the Terraform provider of the same cloud: 0.5, 1, 2, 4, 8, then 10 s, for 5 minutes. */
export const waitAsTerraform: WaitForSuccess = async (call, taskId) => {
  const endMs = Date.now() + TIMEOUT_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    if (await hasSucceeded(call(taskId))) return;
    if (Date.now() + waitMs > endMs) throw new Error(`timeout while waiting for ${taskId}`);
    await sleep(waitMs);
  }
};

async function hasSucceeded(answer: Promise<string>): Promise<boolean> {
  try {
    return (await answer) === SUCCESS;
  } catch (error) {
    // Of the provider's list of codes that it tries again, the only one that a quota causes.
    if (error instanceof TencentCloudError && error.code.startsWith('RequestLimitExceeded')) return false;
    throw error;
  }
}
