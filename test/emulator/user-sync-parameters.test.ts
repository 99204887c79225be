import { call } from './signed-call';
import { callUserSync, create, ENTRY } from './user-sync-call';
import { withEmulator } from './with-emulator';

type Fields = Record<string, unknown>;

const NAME = 'UserSyncProvisionings.1';
const ACTIONS = ['Create', 'Delete', 'Update', 'Get', 'List', 'ListTasks'] as const;
const COMPLETE = { Create: { UserSyncProvisionings: [ENTRY] }, List: {}, ListTasks: {} };

const paramsOf = (action: (typeof ACTIONS)[number]): Fields =>
  ({ ...COMPLETE, ...{ Delete: undefined, Update: undefined, Get: undefined } })[action] ?? {
    UserProvisioningId: 'up-1',
  };

describe.each(ACTIONS)('%s', (action) => {
  it('wants an existing zone and no parameter that it does not know', async () => {
    await withEmulator({}, async (emulator) => {
      const complete = paramsOf(action);
      const codes: string[] = [];
      for (const change of [{ ZoneId: 'z-2' }, { ZoneId: null }, { ZoneId: 1 }, { TaskId: 't-1' }]) {
        codes.push((await callUserSync(emulator, action, { ...complete, ...change })).code);
      }
      expect(codes).toEqual([
        'FailedOperation.ZoneIdNotExist',
        'MissingParameter',
        'InvalidParameter',
        'UnknownParameter',
      ]);
      expect(emulator.userSyncs('z-1')).toEqual([]);
    });
  });
});

describe('an entry of a Create', () => {
  it.each<[Fields, string, string]>([
    [{ PrincipalId: undefined }, 'MissingParameter', `${NAME}.PrincipalId`],
    [{ PrincipalType: null }, 'MissingParameter', `${NAME}.PrincipalType`],
    [{ TargetUin: undefined }, 'MissingParameter', `${NAME}.TargetUin`],
    [{ TargetType: undefined }, 'MissingParameter', `${NAME}.TargetType`],
    [{ PrincipalId: 1 }, 'InvalidParameter', `${NAME}.PrincipalId`],
    [{ TargetUin: '100000000001' }, 'InvalidParameter', `${NAME}.TargetUin`],
    [{ TargetUin: 1.5 }, 'InvalidParameter', `${NAME}.TargetUin`],
    [{ TargetUin: 2n ** 63n }, 'InvalidParameter', `${NAME}.TargetUin`],
    [{ Description: 1 }, 'InvalidParameter', `${NAME}.Description`],
    [{ PrincipalType: 'user' }, 'InvalidParameterValue', `${NAME}.PrincipalType`],
    [{ TargetType: 'Member' }, 'InvalidParameterValue', `${NAME}.TargetType`],
    [{ DuplicationStrategy: '' }, 'InvalidParameterValue', `${NAME}.DuplicationStrategy`],
    [{ DeletionStrategy: 'Remove' }, 'InvalidParameterValue', `${NAME}.DeletionStrategy`],
    [{ Name: 'x' }, 'UnknownParameter', `${NAME}.Name`],
  ])('is refused with %j', async (change, code, name) => {
    await withEmulator({}, async (emulator) => {
      const refused = await create(emulator, { PrincipalId: 'u-2' }, change);
      expect(refused.code).toBe(code);
      expect(refused.message).toContain(`\`${name}\``);
      expect(emulator.userSyncs('z-1')).toEqual([]);
    });
  });

  it.each<[unknown, string]>([
    [undefined, 'MissingParameter'],
    [{}, 'InvalidParameter'],
    [[], 'InvalidParameterValue'],
    [[null], 'InvalidParameter'],
    [['u-1'], 'InvalidParameter'],
  ])('is not found in %j', async (UserSyncProvisionings, code) => {
    await withEmulator({}, async (emulator) => {
      expect((await callUserSync(emulator, 'Create', { UserSyncProvisionings })).code).toBe(code);
    });
  });
});

it.each<[(typeof ACTIONS)[number], Fields, string]>([
  ['Get', {}, 'MissingParameter'],
  ['Delete', { UserProvisioningId: 1 }, 'InvalidParameter'],
  ['Update', { UserProvisioningId: 'up-1', NewDuplicationStrategy: 'KeepBoth' }, 'UnknownParameter'],
  ['Update', { UserProvisioningId: 'up-1', NewDuplicationStateful: 'x' }, 'InvalidParameterValue'],
  ['Update', { UserProvisioningId: 'up-1', NewDeletionStrategy: 'x' }, 'InvalidParameterValue'],
  ['Update', { UserProvisioningId: 'up-1', NewDescription: 1 }, 'InvalidParameter'],
  ['List', { TargetUin: '1' }, 'InvalidParameter'],
  ['List', { PrincipalType: 'x' }, 'InvalidParameterValue'],
  ['List', { MaxResults: 0 }, 'InvalidParameterValue'],
  ['List', { MaxResults: 101 }, 'InvalidParameterValue'],
  ['List', { MaxResults: '10' }, 'InvalidParameter'],
  ['List', { MaxResults: 2n ** 60n }, 'InvalidParameter'],
  ['ListTasks', { TargetType: 'x' }, 'InvalidParameterValue'],
  ['ListTasks', { Status: 'Done' }, 'InvalidParameterValue'],
  ['ListTasks', { Filter: 'x' }, 'UnknownParameter'],
])('refuses %s with %j', async (action, params, code) => {
  await withEmulator({}, async (emulator) => {
    expect((await callUserSync(emulator, action, params)).code).toBe(code);
  });
});

it('refuses a body that is no object', async () => {
  await withEmulator({}, async (emulator) => {
    expect((await call(emulator, { action: 'ListTasks', body: '[]' })).code).toBe('InvalidParameter');
  });
});
