import { DEMO_ACCOUNT } from '../../emulator';
import { RateLimits } from '../../emulator/rate-limits';

import { call } from './signed-call';
import { withEmulator } from './with-emulator';

const USER_SYNC_ACTIONS = [
  'CreateUserSyncProvisioning',
  'DeleteUserSyncProvisioning',
  'UpdateUserSyncProvisioning',
  'GetUserSyncProvisioning',
  'ListUserSyncProvisionings',
  'ListTasks',
];
const READ = { action: 'GetProvisioningTaskStatus', secretId: 'k1', uin: 'u1', ip: '10.0.0.1' };

describe('RateLimits', () => {
  it.each([
    ['GetProvisioningTaskStatus', 220],
    ['AssumeRole', 600],
    ['AssumeRoleWithWebIdentity', 20],
    ...USER_SYNC_ACTIONS.map((action): [string, number] => [action, 20]),
  ])('admits the published number of %s in a second', (action, published) => {
    const limits = new RateLimits();
    for (let i = 0; i < published; i++) expect(limits.admit({ ...READ, action }, 5000)).toBeUndefined();
    expect(limits.admit({ ...READ, action }, 5999)).toEqual({
      code: 'RequestLimitExceeded',
      message: `The request frequency exceeds the limit of ${published} requests per second.`,
    });
    expect(limits.admit({ ...READ, action }, 6000)).toBeUndefined();
  });

  it('rolls the second instead of counting by the clock', () => {
    const limits = new RateLimits({ requestsPerSecond: 2 });
    const refusals = [900, 1100, 1899, 1900, 1901, 2100].map((at) => limits.admit(READ, at) !== undefined);
    expect(refusals).toEqual([false, false, true, false, true, false]);
  });

  it('counts every key and every action for itself, and refused calls not at all', () => {
    const limits = new RateLimits({ requestsPerSecond: 1 });
    expect(limits.admit(READ, 0)).toBeUndefined();
    expect(limits.admit({ ...READ, secretId: 'k2' }, 0)).toBeUndefined();
    expect(limits.admit({ ...READ, action: 'AssumeRole' }, 0)).toBeUndefined();
    expect(limits.admit({ ...READ, action: 'AssumeRole' }, 0)).toBeUndefined();
    expect(limits.admit(READ, 999)).toBeDefined();
    expect(limits.admit(READ, 1000)).toBeUndefined();
  });

  it('applies userSyncRequestsPerSecond to each action on user syncs and to no other', () => {
    const limits = new RateLimits({ requestsPerSecond: 1, userSyncRequestsPerSecond: 2 });
    const admits = (action: string): boolean => limits.admit({ ...READ, action }, 0) === undefined;
    for (const action of USER_SYNC_ACTIONS) {
      expect([admits(action), admits(action), admits(action)]).toEqual([true, true, false]);
    }
    expect([admits(READ.action), admits(READ.action)]).toEqual([true, false]);
    expect([admits('AssumeRole'), admits('AssumeRole'), admits('AssumeRole')]).toEqual([true, true, true]);
  });

  it.each([
    ['uinRequestsPerSecond', 'RequestLimitExceeded.UinLimitExceeded', { uin: 'u2' }],
    ['globalRegionUinRequestsPerSecond', 'RequestLimitExceeded.GlobalRegionUinLimitExceeded', { uin: 'u2' }],
    ['ipRequestsPerSecond', 'RequestLimitExceeded.IPLimitExceeded', { ip: '10.0.0.2' }],
  ])('applies %s over all keys and actions', (option, code, elsewhere) => {
    const limits = new RateLimits({ [option]: 2 });
    expect(limits.admit(READ, 0)).toBeUndefined();
    expect(limits.admit({ ...READ, secretId: 'k2', action: 'AssumeRole' }, 0)).toBeUndefined();
    expect(limits.admit({ ...READ, secretId: 'k3' }, 999)).toMatchObject({ code });
    expect(limits.admit({ ...READ, ...elsewhere }, 999)).toBeUndefined();
    expect(limits.admit(READ, 1000)).toBeUndefined();
  });

  it('names the plain limit first and does not count a call that another limit refuses', () => {
    const limits = new RateLimits({ requestsPerSecond: 1, uinRequestsPerSecond: 1 });
    expect(limits.admit(READ, 0)).toBeUndefined();
    expect(limits.admit(READ, 500)).toMatchObject({ code: 'RequestLimitExceeded' });
    expect(limits.admit({ ...READ, secretId: 'k2' }, 500)).toMatchObject({
      code: 'RequestLimitExceeded.UinLimitExceeded',
    });
    expect(limits.admit({ ...READ, secretId: 'k2' }, 1000)).toBeUndefined();
  });

  it('holds a call without a key to its address only', () => {
    const limits = new RateLimits({ uinRequestsPerSecond: 0, ipRequestsPerSecond: 1 });
    const unsigned = { action: 'AssumeRoleWithWebIdentity', ip: '10.0.0.1' };
    expect(limits.admit(unsigned, 0)).toBeUndefined();
    expect(limits.admit(unsigned, 0)).toMatchObject({ code: 'RequestLimitExceeded.IPLimitExceeded' });
  });
});

describe('an emulator with limits', () => {
  it('limits calls per key in a sliding second', async () => {
    let now = Date.now();
    const other = { secretId: 'AKIDother', secretKey: 'k' };
    const accounts = [DEMO_ACCOUNT, other];
    await withEmulator({ requestsPerSecond: 2, now: () => now, accounts }, async (emulator) => {
      expect((await call(emulator)).code).toBe('Success');
      now += 600;
      expect((await call(emulator)).code).toBe('Success');
      expect(await call(emulator)).toMatchObject({ code: 'RequestLimitExceeded', httpStatus: 200 });
      expect((await call(emulator, other)).code).toBe('Success');
      now += 400;
      expect((await call(emulator)).code).toBe('Success');
      expect((await call(emulator)).code).toBe('RequestLimitExceeded');
    });
  });

  it('shares the account limit between the keys of one owner', async () => {
    const now = Date.now();
    const sibling = { secretId: 'AKIDsibling', secretKey: 'k' };
    const stranger = { secretId: 'AKIDstranger', secretKey: 'k', uin: '100000000002' };
    const accounts = [DEMO_ACCOUNT, sibling, stranger];
    await withEmulator({ uinRequestsPerSecond: 1, now: () => now, accounts }, async (emulator) => {
      expect((await call(emulator)).code).toBe('Success');
      expect((await call(emulator, sibling)).code).toBe('RequestLimitExceeded.UinLimitExceeded');
      expect((await call(emulator, stranger)).code).toBe('Success');
    });
  });

  it('counts an address whatever the key, and the limit over all regions', async () => {
    const now = Date.now();
    await withEmulator({ ipRequestsPerSecond: 1, now: () => now }, async (emulator) => {
      expect((await call(emulator)).code).toBe('Success');
      expect((await call(emulator)).code).toBe('RequestLimitExceeded.IPLimitExceeded');
    });
    await withEmulator({ globalRegionUinRequestsPerSecond: 1, now: () => now }, async (emulator) => {
      expect((await call(emulator)).code).toBe('Success');
      expect((await call(emulator)).code).toBe('RequestLimitExceeded.GlobalRegionUinLimitExceeded');
    });
  });

  it('does not count calls that it refuses before', async () => {
    const now = Date.now();
    await withEmulator({ requestsPerSecond: 1, now: () => now }, async (emulator) => {
      expect((await call(emulator, { secretKey: 'wrong' })).code).toBe('AuthFailure.SignatureFailure');
      expect((await call(emulator, { body: '{}' })).code).toBe('MissingParameter');
      expect((await call(emulator, { body: '{}' })).code).toBe('RequestLimitExceeded');
    });
  });
});
