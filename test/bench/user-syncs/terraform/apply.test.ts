import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { userSyncItems } from '../../../../bench/user-syncs/scenarios';
import { apply, type ApplyError } from '../../../../bench/user-syncs/terraform/apply';
import { openOrganizationCall } from '../../../../bench/user-syncs/terraform/organization-call';
import { terraformEnds } from '../../../../bench/user-syncs/terraform/run-terraform';
import { readState, type State } from '../../../../bench/user-syncs/terraform/state-file';
import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../../../emulator';

const ALREADY_EXISTS = 'FailedOperation.UserProvisioningAlreadyExists';

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startEmulator();
  folder = mkdtempSync(path.join(tmpdir(), 'terraform-apply-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await emulator.close();
});

const items = userSyncItems(4);
const stateFile = (): string => path.join(folder, 'state.json');
const state = (): State => readState(stateFile());

function applyItems(): Promise<ApplyError[]> {
  const call = openOrganizationCall({
    PROVISIONING_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
  });
  const taskTimeout = { timeoutMs: 100, graceMs: 10_000 };
  return apply(call, { zoneId: 'z-1', items, stateFile: stateFile(), taskTimeout });
}

it('creates what is not in the state, and keeps the id of each', async () => {
  emulator.setZone('z-1', {});
  await expect(applyItems()).resolves.toEqual([]);
  const ids = emulator.userSyncs('z-1').map((sync): [string, string] => [sync.principalId, sync.userProvisioningId]);
  expect(state()).toEqual(Object.fromEntries(ids));
  await expect(applyItems()).resolves.toEqual([]);
  expect(emulator.userSyncs('z-1').map(({ createCalls }) => createCalls)).toEqual([0, 0, 0, 0]);
});

it('orphans a sync whose task fails or outlasts the timeout, and meets it at the second apply', async () => {
  const failed = { answers: [{ status: 'Failed', failureReason: 'quota' }] };
  const slow = { answers: [{ status: 'InProgress' }] };
  emulator.setZone('z-1', { createTasks: { 'u-001': failed, 'u-003': slow } });
  const first = await applyItems();
  expect(first.toSorted((a, b) => a.principalId.localeCompare(b.principalId))).toEqual([
    { principalId: 'u-001', isTaskFailed: true, message: 'TaskFailedError: the task has failed' },
    { principalId: 'u-003', isTaskFailed: false, message: 'RetryTimeoutError: timeout while waiting' },
  ]);
  expect(Object.keys(state()).sort()).toEqual(['u-000', 'u-002']);
  const second = await applyItems();
  expect(second.map(({ principalId }) => principalId).sort()).toEqual(['u-001', 'u-003']);
  expect(emulator.requests().filter(({ answered }) => answered === ALREADY_EXISTS)).toHaveLength(2);

  expect(terraformEnds(items, state(), [first, second])).toEqual([
    { principalId: 'u-000', taskEnd: 'Success', userProvisioningId: state()['u-000'], isError: false },
    { principalId: 'u-001', taskEnd: 'Failed', isError: true },
    { principalId: 'u-002', taskEnd: 'Success', userProvisioningId: state()['u-002'], isError: false },
    { principalId: 'u-003', isError: true },
  ]);
});

it('sends a Create again whose connection was dropped, and takes what it made for somebody else’s', async () => {
  emulator.setZone('z-1', {});
  emulator.setLostAnswers([
    { action: 'CreateUserSyncProvisioning', principalId: 'u-002', times: 1, done: true, how: 'drop' },
  ]);
  const [error, ...others] = await applyItems();
  expect(error).toMatchObject({ principalId: 'u-002', isTaskFailed: false });
  expect(others).toEqual([]);
  expect(emulator.userSyncs('z-1').map(({ principalId, createCalls }) => [principalId, createCalls])).toContainEqual([
    'u-002',
    1,
  ]);
});

it('tells nothing of an apply that was killed', () => {
  expect(terraformEnds(userSyncItems(1), {}, [undefined, []])).toEqual([{ principalId: 'u-000', isError: true }]);
});
