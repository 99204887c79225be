import { type Emulator, type LostAnswer, startEmulator } from '../../emulator';
import { LostAnswers } from '../../emulator/lost-answers';
import { until } from '../support/until';

import { callUserSync, create } from './user-sync-call';
import { withEmulator } from './with-emulator';

const CREATE = 'CreateUserSyncProvisioning';
const DELETE = 'DeleteUserSyncProvisioning';
const LOST: LostAnswer = { action: CREATE, done: true, how: 'drop' };

describe('LostAnswers', () => {
  const takenOf = (wanted: LostAnswer[], calls: [LostAnswer['action'], string[]][]): (LostAnswer | undefined)[] => {
    const lostAnswers = new LostAnswers();
    lostAnswers.set(wanted);
    return calls.map(([action, principalIds]) => lostAnswers.take(action, principalIds));
  };

  it('takes the first that matches action and principal', () => {
    const ofUser = { ...LOST, principalId: 'u-1' };
    const ofDelete: LostAnswer = { ...LOST, action: DELETE };
    const taken = takenOf(
      [ofUser, ofDelete, LOST],
      [
        [CREATE, ['u-2', 'u-1']],
        [CREATE, ['u-2']],
        [DELETE, ['u-1']],
        ['UpdateUserSyncProvisioning', ['u-1']],
      ],
    );
    expect(taken).toEqual([ofUser, LOST, ofDelete, undefined]);
  });

  it('counts calls of the action for `every`, and its own uses for `times`', () => {
    const second = { ...LOST, every: 2, times: 2 };
    const third = { ...LOST, every: 3, done: false };
    const call: [LostAnswer['action'], string[]] = [CREATE, []];
    expect(takenOf([second, third], [call, [DELETE, []], call, call, call, call, call])).toEqual([
      undefined,
      undefined,
      second,
      third,
      second,
      undefined,
      third,
    ]);
  });

  it('starts all counts anew when it is set', () => {
    const lostAnswers = new LostAnswers();
    const second = { ...LOST, every: 2, times: 1 };
    for (let round = 0; round < 2; round++) {
      lostAnswers.set([second]);
      expect([1, 2, 3, 4].map(() => lostAnswers.take(CREATE, []))).toEqual([undefined, second, undefined, undefined]);
      lostAnswers.take(CREATE, []);
    }
  });
});

describe('a write whose answer gets lost', () => {
  const existing = (emulator: Emulator): string[] =>
    emulator.userSyncs('z-1').flatMap(({ exists, principalId }) => (exists ? [principalId] : []));

  it.each<[boolean, string[]]>([
    [true, ['u-1']],
    [false, []],
  ])('drops the connection, done: %s', async (done, there) => {
    await withEmulator({}, async (emulator) => {
      emulator.setLostAnswers([{ ...LOST, done }]);
      await expect(create(emulator, {})).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(existing(emulator)).toEqual(there);
      expect(emulator.requests()).toMatchObject([{ action: CREATE, answered: 'drop' }]);
    });
  });

  it.each<[boolean, string[]]>([
    [true, ['u-1']],
    [false, []],
  ])('answers InternalError, done: %s', async (done, there) => {
    await withEmulator({}, async (emulator) => {
      emulator.setLostAnswers([{ ...LOST, done, how: 'InternalError' }]);
      expect(await create(emulator, {})).toMatchObject({ code: 'InternalError', httpStatus: 200 });
      expect(existing(emulator)).toEqual(there);
    });
  });

  it.each<[boolean, string[]]>([
    [true, ['u-1']],
    [false, []],
  ])('hangs, done: %s', async (done, there) => {
    const emulator = await startEmulator();
    emulator.setZone('z-1', {});
    emulator.setLostAnswers([{ ...LOST, done, how: 'hang' }]);
    const failure = expect(create(emulator, {})).rejects.toMatchObject({ code: 'ECONNRESET' });
    try {
      await until('the call is out', () => emulator.requests().length > 0);
      expect(emulator.requests()).toMatchObject([{ answered: 'hang' }]);
      expect(existing(emulator)).toEqual(there);
    } finally {
      await emulator.close();
    }
    await failure;
  });

  it('does its work late', async () => {
    await withEmulator({}, async (emulator) => {
      emulator.setLostAnswers([{ ...LOST, how: 'InternalError', lateMs: 30 }]);
      expect((await create(emulator, {})).code).toBe('InternalError');
      await until('the user sync is there', () => existing(emulator).length > 0);
    });
  });

  it('does no late work once it is closed', async () => {
    await withEmulator({}, async (emulator) => {
      emulator.setLostAnswers([{ ...LOST, how: 'InternalError', lateMs: 3_600_000 }]);
      expect((await create(emulator, {})).code).toBe('InternalError');
      expect(existing(emulator)).toEqual([]);
    });
  });

  it('is not answered again after `times` calls, and a repeat of done work shows', async () => {
    await withEmulator({}, async (emulator) => {
      emulator.setLostAnswers([{ ...LOST, how: 'InternalError', times: 1 }]);
      expect((await create(emulator, {})).code).toBe('InternalError');
      expect((await create(emulator, {})).code).toBe('FailedOperation.UserProvisioningAlreadyExists');
      expect(emulator.userSyncs('z-1')).toMatchObject([{ creations: 1, createCalls: 1 }]);
    });
  });

  it('is a Delete or Update of a user sync whose principal it names', async () => {
    await withEmulator({}, async (emulator) => {
      await create(emulator, {}, { PrincipalId: 'u-2' });
      const lost: LostAnswer = { ...LOST, how: 'InternalError', principalId: 'u-2' };
      emulator.setLostAnswers([
        { ...lost, action: DELETE },
        { ...lost, action: 'UpdateUserSyncProvisioning' },
      ]);
      const codes: string[] = [];
      for (const UserProvisioningId of ['up-1', 'up-2', 'up-3']) {
        codes.push((await callUserSync(emulator, 'Update', { UserProvisioningId, NewDescription: 'new' })).code);
        codes.push((await callUserSync(emulator, 'Delete', { UserProvisioningId })).code);
      }
      const notFound = 'ResourceNotFound.UserProvisioningNotFound';
      expect(codes).toEqual(['', '', 'InternalError', 'InternalError', notFound, notFound]);
      expect(emulator.userSyncs('z-1').map(({ description, exists }) => [description, exists])).toEqual([
        ['new', false],
        ['new', false],
      ]);
    });
  });
});
