import { setImmediate } from 'node:timers/promises';

import { DEMO_ACCOUNT, startEmulator, type Emulator, type EmulatorAccount } from '../../emulator';
import {
  createServerClock,
  TencentCloudError,
  type Credentials,
  type CredentialSource,
  type Notice,
  type OrganizationClient,
  type ServerClock,
} from '../../src/tencent';

import { callHealing } from '../../src/tencent/healing-call';

import { clientOf, closeAll, failureOf } from './calls';

const REQUEST = { zoneId: 'z-1', taskId: 't-1' };
const NOW = Date.parse('2026-03-20T12:00:00Z');
const TEMPORARY: EmulatorAccount = { ...DEMO_ACCOUNT, token: 'token-of-march' };

let emulator: Emulator;
let nowMs: number;
let clock: ServerClock;
let notices: Notice[];

beforeEach(async () => {
  nowMs = NOW;
  clock = createServerClock(() => nowMs);
  notices = [];
  emulator = await startEmulator({ now: () => nowMs });
  emulator.setTask('z-1', 't-1', { answers: [{ status: 'InProgress' }] });
});
afterEach(async () => {
  await closeAll();
  await emulator.close();
});

/** Gives the keys of a list, each renewal the next one; the last stays. */
function keysInTurn(...keys: Credentials[]): CredentialSource & { renewals: number } {
  const source = {
    description: 'a test',
    renewals: 0,
    get: () => Promise.resolve(keyNow()),
    renew: () => {
      source.renewals += 1;
      return Promise.resolve(keyNow());
    },
  };
  const keyNow = (): Credentials => keys[Math.min(source.renewals, keys.length - 1)] ?? { secretId: '', secretKey: '' };
  return source;
}

function client(credentials: CredentialSource): OrganizationClient {
  return clientOf(emulator.url, { credentials, clock, notify: (notice) => notices.push(notice) });
}

/** What the emulator answered to each call. */
function answered(): (string | undefined)[] {
  return emulator.requests().map((request) => request.answered);
}

describe('a wrong clock', () => {
  it.each([
    ['behind', 600, '2026-03-20T12:10:00.000Z'],
    ['ahead', -600, '2026-03-20T11:50:00.000Z'],
  ])('10 minutes %s costs one call, told once with both clocks', async (_, offsetSeconds, serverTime) => {
    emulator.setClockOffset(offsetSeconds * 1000);
    const organization = client(keysInTurn(DEMO_ACCOUNT));
    for (let i = 0; i < 3; i += 1) {
      await expect(organization.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'InProgress' });
      nowMs += 1000;
    }
    expect(answered()).toEqual(['AuthFailure.SignatureExpire', 'InProgress', 'InProgress', 'InProgress']);
    expect(notices).toEqual([
      { kind: 'clockCorrected', localTime: '2026-03-20T12:00:00.000Z', serverTime, offsetSeconds },
    ]);
  });

  it('that is set right later costs one more call, and is told with its own time', async () => {
    const organization = client(keysInTurn(DEMO_ACCOUNT));
    emulator.setClockOffset(600_000);
    await organization.getProvisioningTaskStatus(REQUEST);
    // As if NTP moved the clock: both agree again.
    nowMs += 600_000;
    emulator.setClockOffset(0);
    await organization.getProvisioningTaskStatus(REQUEST);
    expect(answered()).toEqual([
      'AuthFailure.SignatureExpire',
      'InProgress',
      'AuthFailure.SignatureExpire',
      'InProgress',
    ]);
    const instant = '2026-03-20T12:10:00.000Z';
    expect(notices).toEqual([
      { kind: 'clockCorrected', localTime: '2026-03-20T12:00:00.000Z', serverTime: instant, offsetSeconds: 600 },
      { kind: 'clockCorrected', localTime: instant, serverTime: instant, offsetSeconds: 0 },
    ]);
  });

  it.each([
    [10, [600, 610]],
    [5, [600, 605]],
    [-10, [600, 590]],
    [4, [600]],
    [-4, [600]],
  ])('that is off by %d seconds more at a second refusal is told for five and more', async (seconds, told) => {
    emulator.setClockOffset(600_000);
    const organization = client(keysInTurn(DEMO_ACCOUNT));
    await organization.getProvisioningTaskStatus(REQUEST);
    const message = `Signature expired, server time ${NOW / 1000 + 600 + seconds}.`;
    emulator.setTask('z-1', 't-1', {
      answers: [{ error: { code: 'AuthFailure.SignatureExpire', message } }, { status: 'InProgress' }],
    });
    await organization.getProvisioningTaskStatus(REQUEST);
    expect(clock.offsetSeconds()).toBe(600 + seconds);
    expect(notices.map((notice) => notice.kind === 'clockCorrected' && notice.offsetSeconds)).toEqual(told);
  });

  it('within five minutes is nobody’s business', async () => {
    emulator.setClockOffset(299_000);
    await client(keysInTurn(DEMO_ACCOUNT)).getProvisioningTaskStatus(REQUEST);
    expect(answered()).toEqual(['InProgress']);
    expect(clock.offsetSeconds()).toBe(0);
  });

  it('is learned from the Date header when the message does not tell it', async () => {
    emulator.setClockOffset(200_000);
    emulator.setTask('z-1', 't-1', {
      answers: [
        {
          error: { code: 'AuthFailure.SignatureExpire', message: '签名过期' },
          headers: { Date: 'Fri, 20 Mar 2026 12:06:40 GMT' },
        },
        { status: 'InProgress' },
      ],
    });
    await client(keysInTurn(DEMO_ACCOUNT)).getProvisioningTaskStatus(REQUEST);
    expect(answered()).toEqual(['AuthFailure.SignatureExpire', 'InProgress']);
    expect(clock.offsetSeconds()).toBe(400);
  });

  it('that cannot be mended is asked about twice and no more', async () => {
    const message = 'Signature expired … server time 1900000000.';
    emulator.setOutages([
      { fromMs: 0, toMs: NOW + 1, answer: { error: { code: 'AuthFailure.SignatureExpire', message } } },
    ]);
    const error = await failureOf(client(keysInTurn(DEMO_ACCOUNT)).getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'AuthFailure.SignatureExpire', errorClass: 'healing', message });
    expect(answered()).toHaveLength(2);
  });
});

describe('a refused key', () => {
  it('with an expired token is renewed, and the call sent again', async () => {
    emulator.setAccounts([{ ...TEMPORARY, token: 'token-of-april' }]);
    const source = keysInTurn(TEMPORARY, { ...TEMPORARY, token: 'token-of-april' });
    const organization = client(source);
    await expect(organization.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'InProgress' });
    expect(answered()).toEqual(['AuthFailure.TokenFailure', 'InProgress']);
    expect(source.renewals).toBe(1);
  });

  it('torn by a rotation is read again', async () => {
    const source = keysInTurn({ ...DEMO_ACCOUNT, secretKey: 'of-the-key-before' }, DEMO_ACCOUNT);
    await expect(client(source).getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'InProgress' });
    expect(answered()).toEqual(['AuthFailure.SignatureFailure', 'InProgress']);
  });

  it.each<[string, EmulatorAccount[], Credentials]>([
    ['AuthFailure.TokenFailure', [TEMPORARY], { ...TEMPORARY, token: 'of-february' }],
    ['AuthFailure.SignatureFailure', [DEMO_ACCOUNT], { ...DEMO_ACCOUNT, secretKey: 'another' }],
    ['AuthFailure.SecretIdNotFound', [{ ...DEMO_ACCOUNT, disabled: true }], DEMO_ACCOUNT],
  ])('with %s whose source has no other is not sent again', async (code, accounts, key) => {
    emulator.setAccounts(accounts);
    const source = keysInTurn(key);
    const error = await failureOf(client(source).getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code, errorClass: 'healing' });
    expect(answered()).toEqual([code]);
    expect(source.renewals).toBe(1);
  });

  it('is not renewed twice in one call', async () => {
    const wrong = ['a', 'b', 'c'].map((secretKey) => ({ ...DEMO_ACCOUNT, secretKey }));
    const error = await failureOf(client(keysInTurn(...wrong)).getProvisioningTaskStatus(REQUEST));
    expect(error.code).toBe('AuthFailure.SignatureFailure');
    expect(answered()).toHaveLength(2);
  });

  it('and a wrong clock are both mended in one call', async () => {
    emulator.setClockOffset(-600_000);
    emulator.setAccounts([{ ...TEMPORARY, token: 'token-of-april' }]);
    const source = keysInTurn(TEMPORARY, { ...TEMPORARY, token: 'token-of-april' });
    await expect(client(source).getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'InProgress' });
    expect(answered()).toEqual(['AuthFailure.SignatureExpire', 'AuthFailure.TokenFailure', 'InProgress']);
  });

  it('whose source fails tells that, and nothing is sent again', async () => {
    emulator.setAccounts([TEMPORARY]);
    const renew = (): Promise<never> => Promise.reject(new Error('the vault is sealed'));
    const source: CredentialSource = { description: 'a vault', get: () => Promise.resolve(DEMO_ACCOUNT), renew };
    const error = await failureOf(client(source).getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({
      code: 'ClientError.CredentialsUnavailable',
      cause: { message: 'the vault is sealed' },
    });
    expect(answered()).toEqual(['AuthFailure.TokenFailure']);
  });
});

describe('the deadline', () => {
  it('covers a source that never answers, and names it', async () => {
    const get = (): Promise<never> => new Promise(() => undefined);
    const credentials: CredentialSource = { description: 'the vault', get, renew: get };
    const organization = clientOf(emulator.url, { credentials, clock, deadlineMs: 50 });
    const error = await failureOf(organization.getProvisioningTaskStatus(REQUEST));
    expect(error.message).toBe('The call was cut after 50 ms, while getting the key from the vault');
    expect(answered()).toEqual([]);
  });
});

describe('a caller that leaves', () => {
  const REFUSED = new TencentCloudError('AuthFailure.TokenFailure', 'token error');
  /** Gives nothing until its signal aborts, then fails in its own words. */
  const untilAborted = (signal?: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('the vault was left'))));

  it.each<[string, Pick<CredentialSource, 'get' | 'renew'>]>([
    ['get', { get: untilAborted, renew: () => Promise.resolve(DEMO_ACCOUNT) }],
    ['renew', { get: () => Promise.resolve(DEMO_ACCOUNT), renew: (_, signal) => untilAborted(signal) }],
  ])('ends the %s of a source, and has its own reason', async (_, source) => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const credentials = { description: 'a vault', ...source };
    const call = callHealing(
      () => Promise.reject(REFUSED),
      { credentials, clock, notify: (notice) => notices.push(notice) },
      { signal: controller.signal, phase: () => '', outside: (wait) => wait() },
    );
    await setImmediate();
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it.each(['get', 'renew'] as const)('aborts the signal that %s was given', async (name) => {
    emulator.setAccounts([TEMPORARY]);
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const wait = (signal?: AbortSignal): Promise<Credentials> => {
      given = signal;
      controller.abort(new Error('cancelled'));
      return new Promise(() => undefined);
    };
    const get = name === 'get' ? wait : () => Promise.resolve(DEMO_ACCOUNT);
    const credentials: CredentialSource = { description: 'a vault', get, renew: (_, signal) => wait(signal) };
    const call = client(credentials).getProvisioningTaskStatus(REQUEST, controller.signal);
    await expect(call).rejects.toThrow('cancelled');
    expect(given?.aborted).toBe(true);
    expect(given?.reason).toBe(controller.signal.reason);
  });
});

describe('what needs no healing', () => {
  it('is sent once', async () => {
    emulator.setAccounts([{ ...DEMO_ACCOUNT, actions: [] }]);
    const source = keysInTurn(DEMO_ACCOUNT, TEMPORARY);
    const error = await failureOf(client(source).getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'AuthFailure.UnauthorizedOperation', errorClass: 'needsPerson' });
    expect(answered()).toEqual(['AuthFailure.UnauthorizedOperation']);
    expect(source.renewals).toBe(0);
  });
});
