import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { DEMO_ACCOUNT } from '../../../emulator';
import type { UserSyncItem } from '../../../src/contract';
import type { ItemEnd } from '../item-end';
import type { SideRun } from '../side';

import type { ApplyError, ApplyOrder } from './apply';
import { readState, type State } from './state-file';

/** Has Terraform's logic create the items: one `apply`, and a second one when the first had errors or was killed. */
export const runTerraform: SideRun = async ({ world, zoneId, items, taskTimeout, untilKill }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-terraform-'));
  const order = { zoneId, items, stateFile: path.join(folder, 'state.json'), taskTimeout };
  try {
    const beganMs = Date.now();
    const applies = [await applyOnce(world.emulator.url, order, untilKill)];
    if (applies[0]?.length !== 0) applies.push(await applyOnce(world.emulator.url, order));
    const seconds = (Date.now() - beganMs) / 1000;
    return { ends: terraformEnds(items, readState(order.stateFile), applies), seconds };
  } finally {
    await rm(folder, { recursive: true });
  }
};

/**
 * Tells what Terraform knows of each item: its state, and what it printed.
 *
 * @param applies - the errors of each, nothing of one that was killed
 */
export function terraformEnds(
  items: readonly UserSyncItem[],
  state: State,
  applies: readonly (readonly ApplyError[] | undefined)[],
): ItemEnd[] {
  const errors = applies.flatMap((each) => each ?? []);
  const failed = new Set(errors.flatMap(({ isTaskFailed, principalId }) => (isTaskFailed ? principalId : [])));
  return items.map(({ principalId }) => {
    const userProvisioningId = state[principalId];
    if (userProvisioningId !== undefined) {
      return { principalId, taskEnd: 'Success', userProvisioningId, isError: false };
    }
    return { principalId, isError: true, ...(failed.has(principalId) && { taskEnd: 'Failed' }) };
  });
}

/** Gives nothing when it was killed: the errors are printed at the end. */
async function applyOnce(
  endpoint: string,
  order: ApplyOrder,
  untilKill?: () => Promise<void>,
): Promise<ApplyError[] | undefined> {
  const { secretId, secretKey } = DEMO_ACCOUNT;
  const env = {
    PROVISIONING_ENDPOINT: endpoint,
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
  };
  // It ends when the channel to this process closes.
  const child = fork(path.join(__dirname, 'apply-process.js'), { env, detached: true });
  const ended = once(child, 'exit');
  try {
    await nextMessage(child, ended);
    child.send(order);
    const errors = nextMessage(child, ended) as Promise<ApplyError[]>;
    return await (untilKill ? Promise.race([errors, untilKill().then(() => undefined)]) : errors);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

async function nextMessage(child: ChildProcess, ended: Promise<unknown>): Promise<unknown> {
  const over = ended.then((): never => {
    throw new Error('The process of Terraform has ended');
  });
  const [message] = (await Promise.race([once(child, 'message'), over])) as unknown[];
  return message;
}
