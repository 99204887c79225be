import { DEMO_ACCOUNT } from '../../emulator';
import { fixedCredentials } from '../../src/tencent';
import { every } from '../workflows/time-skipping';

import { createFaultsWorld, IN_PROGRESS, SUCCESS, type FaultsWorld } from './faults-world';

describe('faults of clock and key, through emulator, activity and workflow', () => {
  let world: FaultsWorld;

  beforeAll(async () => {
    world = await createFaultsWorld();
  }, 60_000);
  afterAll(() => world.close());
  afterEach(() => {
    world.emulator.setAccounts([DEMO_ACCOUNT]);
    world.emulator.setClockOffset(0);
  });

  describe('a clock that is wrong', () => {
    test.each([600, -600])('by %d s costs one call in the whole follow', async (offsetSeconds) => {
      world.emulator.setClockOffset(offsetSeconds * 1000);
      const { outcome, seen, notices } = await world.follow({
        answers: [IN_PROGRESS, IN_PROGRESS, SUCCESS],
        input: every(10),
      });
      expect(seen).toEqual([
        [0, 'AuthFailure.SignatureExpire'],
        [0, 'InProgress'],
        [10, 'InProgress'],
        [20, 'Success'],
      ]);
      expect(notices).toMatchObject([{ kind: 'clockCorrected', offsetSeconds }]);
      // The offset serves signatures alone: the follow's own time is the server's.
      expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 3 });
      expect(Date.parse(outcome?.deadlineAt ?? '') - Date.parse(outcome?.startedAt ?? '')).toBe(86_400_000);
      const spanMs = Date.parse(outcome?.endedAt ?? '') - Date.parse(outcome?.startedAt ?? '');
      expect(spanMs).toBeGreaterThanOrEqual(20_000);
      expect(spanMs).toBeLessThan(30_000);
    });
  });

  describe('a key', () => {
    /** Gives the key that a test says, anew for each call. */
    const current = { key: fixedCredentials(DEMO_ACCOUNT) };
    const credentials = {
      description: 'a test',
      get: () => current.key.get(),
      renew: () => current.key.get(),
    };
    const input = every(60);

    beforeEach(() => {
      current.key = fixedCredentials(DEMO_ACCOUNT);
    });

    test('without permission blocks the follow until it is granted, seen at once on resume (T45)', async () => {
      world.emulator.setAccounts([{ ...DEMO_ACCOUNT, actions: [] }]);
      const { outcome, seen } = await world.follow({
        answers: [SUCCESS],
        input,
        meanwhile: async ({ handle, polled, sleep, status }) => {
          await polled(1);
          await sleep(100);
          await handle.signal('resume');
          await polled(2);
          await expect(status()).resolves.toMatchObject({
            phase: 'Blocked',
            blockedBy: { code: 'AuthFailure.UnauthorizedOperation' },
          });
          await sleep(100);
          world.emulator.setAccounts([DEMO_ACCOUNT]);
          await handle.signal('resume');
        },
      });
      expect(seen).toEqual([
        [0, 'AuthFailure.UnauthorizedOperation'],
        [100, 'AuthFailure.UnauthorizedOperation'],
        [200, 'Success'],
      ]);
      expect(outcome?.phase).toBe('Succeeded');
    });

    test('that blocks is asked about no more often than the shortest interval, and resume is for blocked follows alone', async () => {
      world.emulator.setAccounts([{ ...DEMO_ACCOUNT, actions: [] }]);
      const { seen } = await world.follow({
        answers: [IN_PROGRESS, SUCCESS],
        input: every(600),
        meanwhile: async ({ handle, polled, sleep }) => {
          await polled(1);
          world.emulator.setAccounts([DEMO_ACCOUNT]);
          await sleep(610);
          await polled(2);
          await handle.signal('resume');
        },
      });
      expect(seen).toEqual([
        [0, 'AuthFailure.UnauthorizedOperation'],
        [600, 'InProgress'],
        [1200, 'Success'],
      ]);
    });

    test('that is disabled blocks the follow, which finds it enabled by itself', async () => {
      world.emulator.setAccounts([{ ...DEMO_ACCOUNT, disabled: true }]);
      const { outcome, seen } = await world.follow({
        answers: [SUCCESS],
        input,
        meanwhile: async ({ polled }) => {
          await polled(1);
          world.emulator.setAccounts([DEMO_ACCOUNT]);
        },
      });
      expect(seen).toEqual([
        [0, 'AuthFailure.SecretIdNotFound'],
        [300, 'Success'],
      ]);
      expect(outcome?.phase).toBe('Succeeded');
    });

    test('whose token expires in mid-follow is renewed in the same poll (T51)', async () => {
      const march = { ...DEMO_ACCOUNT, token: 'of-march' };
      const april = { ...DEMO_ACCOUNT, token: 'of-april' };
      world.emulator.setAccounts([march]);
      current.key = fixedCredentials(march);
      const { outcome, seen } = await world.follow({
        answers: [IN_PROGRESS, SUCCESS],
        input,
        credentials: {
          ...credentials,
          renew: () => {
            current.key = fixedCredentials(april);
            return current.key.get();
          },
        },
        meanwhile: async ({ polled }) => {
          await polled(1);
          world.emulator.setAccounts([april]);
        },
      });
      expect(seen).toEqual([
        [0, 'InProgress'],
        [60, 'AuthFailure.TokenFailure'],
        [60, 'Success'],
      ]);
      expect(outcome?.phase).toBe('Succeeded');
    });

    test('that is missing or damaged sends nothing and waits for a person', async () => {
      current.key = fixedCredentials({ secretId: '', secretKey: 'x' });
      const { outcome, seen, calls } = await world.follow({
        answers: [SUCCESS],
        input,
        credentials,
        meanwhile: async ({ polled, sleep, status }) => {
          await polled(1);
          await expect(status()).resolves.toMatchObject({
            phase: 'Blocked',
            blockedBy: { code: 'ClientError.MissingCredentials' },
          });
          current.key = fixedCredentials({ ...DEMO_ACCOUNT, secretKey: 'two words' });
          await sleep(301);
          await polled(2);
          await expect(status()).resolves.toMatchObject({ blockedBy: { code: 'ClientError.MalformedCredentials' } });
          current.key = fixedCredentials(DEMO_ACCOUNT);
        },
      });
      expect(calls).toEqual([0, 300, 600]);
      expect(seen).toEqual([[600, 'Success']]);
      expect(outcome?.phase).toBe('Succeeded');
    });

    test('whose source is away is a fault that is ridden out', async () => {
      let tries = 0;
      const { outcome, seen, calls } = await world.follow({
        answers: [SUCCESS],
        input,
        credentials: {
          ...credentials,
          get: () => ((tries += 1) < 3 ? Promise.reject(new Error('the vault is sealed')) : current.key.get()),
        },
      });
      expect(calls).toEqual([0, 60, 120]);
      expect(seen).toEqual([[120, 'Success']]);
      expect(outcome?.observations.map(({ status, errorCode }) => status ?? errorCode)).toEqual([
        'ClientError.CredentialsUnavailable',
        'Success',
      ]);
    });
  });
});
