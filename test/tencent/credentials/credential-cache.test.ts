import { setImmediate } from 'node:timers/promises';

import { createCredentialCache, type IssuedCredentials } from '../../../src/tencent/credentials';
import type { Notice } from '../../../src/tencent/notices';
import { NO_OBSERVER } from '../../../src/tencent/observer';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What a test decides: the clock, when an issue ends, and how. */
function makeCache() {
  let nowMs = Date.UTC(2026, 0, 1);
  let count = 0;
  const notices: Notice[] = [];
  const observed: unknown[] = [];
  const delays: number[] = [];
  const asked: { resolve(key: IssuedCredentials): void; reject(error: Error): void }[] = [];
  const cache = createCredentialCache(
    {
      description: 'the test',
      issue: () => new Promise((resolve, reject) => void asked.push({ resolve, reject })),
    },
    {
      now: () => nowMs,
      notify: (notice) => notices.push(notice),
      observer: {
        ...NO_OBSERVER,
        keyObtained: (key) => observed.push(key),
        keyNotObtained: (source) => observed.push(source),
      },
      delay: (ms) => {
        delays.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
    },
  );
  const last = () => {
    const issue = asked.at(-1);
    if (!issue) throw new Error('nobody asked');
    return issue;
  };
  return {
    cache,
    notices,
    observed,
    delays,
    issues: () => asked.length,
    kinds: () => notices.map(({ kind }) => kind),
    advance: (ms: number) => void (nowMs += ms),
    /** Makes another key, which ends so long from now. */
    newKey: (lifetimeMs?: number): IssuedCredentials => {
      count += 1;
      const key = { secretId: `id${count}`, secretKey: `hidden-key${count}`, token: `hidden-token${count}` };
      return lifetimeMs === undefined ? key : { ...key, expiresAtMs: nowMs + lifetimeMs };
    },
    /** Ends the issue that runs, and lets everyone concerned go on. */
    give: async (key: IssuedCredentials): Promise<void> => {
      last().resolve(key);
      await setImmediate();
    },
    fail: async (message = 'no answer'): Promise<void> => {
      last().reject(new Error(message));
      await setImmediate();
    },
    /** Gets a key that has to be issued. */
    getIssued: async (key: IssuedCredentials): Promise<void> => {
      const got = cache.get();
      await setImmediate();
      last().resolve(key);
      expect(await got).toBe(key);
    },
    /** Fails a get. */
    getFailed: async (message = 'no answer'): Promise<void> => {
      const got = cache.get().catch((error: Error) => error.message);
      await setImmediate();
      last().reject(new Error(message));
      expect(await got).toBe(message);
    },
  };
}

describe('a key without an end', () => {
  it('is issued anew for every get', async () => {
    const { newKey, getIssued, issues } = makeCache();
    await getIssued(newKey());
    await getIssued(newKey());
    expect(issues()).toBe(2);
  });

  it('serves on while its source fails, which is told once and never paced', async () => {
    const { cache, newKey, getIssued, fail, kinds, notices, delays } = makeCache();
    const key = newKey();
    await getIssued(key);
    for (let n = 0; n < 4; n += 1) {
      const got = cache.get();
      await fail('gone');
      expect(await got).toBe(key);
    }
    expect(notices).toEqual([{ kind: 'credentialsNotRenewed', source: 'the test', error: 'gone' }]);
    await getIssued(newKey());
    const got = cache.get();
    await fail();
    await got;
    expect(kinds()).toEqual(['credentialsNotRenewed', 'credentialsNotRenewed']);
    expect(delays).toEqual([]);
  });

  it('serves on while what its source gives is damaged', async () => {
    const { cache, newKey, getIssued, give } = makeCache();
    const key = newKey();
    await getIssued(key);
    const got = cache.get();
    await give({ ...newKey(), secretKey: 'two words' });
    expect(await got).toBe(key);
  });

  it('is renewed by reading it again', async () => {
    const { cache, newKey, getIssued, give, fail, issues } = makeCache();
    const key = newKey();
    await getIssued(key);
    const failed = cache.renew(key).catch((error: Error) => error.message);
    await fail('gone');
    expect(await failed).toBe('gone');
    const rotated = newKey();
    const renewed = cache.renew(key);
    await give(rotated);
    expect(await renewed).toBe(rotated);
    expect(await cache.renew(key)).toBe(rotated);
    expect(issues()).toBe(3);
  });
});

describe('what is observed', () => {
  it('is every key that was not had before, and every time that none was given', async () => {
    const { cache, newKey, getIssued, getFailed, give, observed } = makeCache();
    const source = 'the test';
    await getFailed('not there yet');
    const key = newKey();
    await getIssued(key);
    await getIssued(key);
    const rotated = newKey(60 * MINUTE);
    await getIssued(rotated);
    const renewed = cache.renew(rotated);
    await setImmediate();
    const next = newKey(30 * MINUTE);
    await give(next);
    await renewed;
    expect(observed).toEqual([
      source,
      { source, isRenewal: false },
      { source, isRenewal: true, expiresAtMs: rotated.expiresAtMs },
      { source, isRenewal: true, expiresAtMs: next.expiresAtMs },
    ]);
  });
});

describe('a key with an end', () => {
  it('is kept until five minutes before it, then serves while one renewal runs', async () => {
    const { cache, newKey, getIssued, give, advance, issues, notices } = makeCache();
    const key = newKey(120 * MINUTE);
    await getIssued(key);
    advance(115 * MINUTE - 1);
    expect(await cache.get()).toBe(key);
    expect(issues()).toBe(1);
    advance(1);
    expect(await Promise.all([cache.get(), cache.get()])).toEqual([key, key]);
    expect(issues()).toBe(2);
    const next = newKey(120 * MINUTE);
    await give(next);
    expect(await cache.get()).toBe(next);
    expect(notices).toEqual([
      {
        kind: 'credentialsRenewed',
        source: 'the test',
        expiresAt: new Date(next.expiresAtMs ?? 0).toISOString(),
      },
    ]);
  });

  it('is renewed after half of a short life', async () => {
    const { cache, newKey, getIssued, advance, issues } = makeCache();
    const key = newKey(8 * MINUTE);
    await getIssued(key);
    advance(4 * MINUTE - 1);
    await cache.get();
    expect(issues()).toBe(1);
    advance(1);
    expect(await cache.get()).toBe(key);
    expect(issues()).toBe(2);
  });

  it('is issued once for 200 callers, at the start and at its end', async () => {
    const { cache, newKey, give, advance, issues } = makeCache();
    for (const round of [1, 2]) {
      const key = newKey(60 * MINUTE);
      const got = Array.from({ length: 200 }, () => cache.get());
      await give(key);
      expect(new Set(await Promise.all(got))).toEqual(new Set([key]));
      expect(issues()).toBe(round);
      advance(60 * MINUTE);
    }
  });

  it('serves until its very end while renewals fail, each five seconds after the last; then the failure comes out', async () => {
    const { cache, newKey, getIssued, getFailed, fail, advance, issues, kinds } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(55 * MINUTE);
    for (let second = 0; second < 300; second += 1) {
      const before = issues();
      expect(await cache.get()).toBe(key);
      await setImmediate();
      if (issues() > before) await fail();
      advance(SECOND);
    }
    expect(issues()).toBe(1 + 60);
    expect(kinds()).toEqual(['credentialsNotRenewed']);
    await getFailed('still no answer');
    expect(kinds()).toEqual(['credentialsNotRenewed']);
    await getIssued(newKey(60 * MINUTE));
    expect(kinds()).toEqual(['credentialsNotRenewed', 'credentialsRenewed']);
  });

  it('born short is told of once, and renewed a bounded number of times', async () => {
    const { cache, newKey, getIssued, give, advance, issues, notices } = makeCache();
    await getIssued(newKey(20 * SECOND));
    for (let tenth = 0; tenth < 3_000; tenth += 1) {
      const before = issues();
      const got = cache.get();
      await setImmediate();
      if (issues() > before) await give(newKey(20 * SECOND));
      await got;
      advance(100);
    }
    expect(issues()).toBeLessThanOrEqual(1 + 300 / 10);
    expect(issues()).toBeGreaterThan(20);
    expect(notices.filter(({ kind }) => kind === 'credentialsShortLived')).toEqual([
      { kind: 'credentialsShortLived', source: 'the test', lifetimeSeconds: 20 },
    ]);
  });

  it('born over is used as it is, and asked for again only after five seconds', async () => {
    const { cache, newKey, getIssued, advance, issues } = makeCache();
    const key = newKey(-MINUTE);
    await getIssued(key);
    advance(5 * SECOND - 1);
    expect(await cache.get()).toBe(key);
    expect(issues()).toBe(1);
    advance(1);
    const next = newKey(-MINUTE);
    await getIssued(next);
    expect(issues()).toBe(2);
  });

  it('born over is told as one without any life', async () => {
    const { newKey, getIssued, notices } = makeCache();
    await getIssued(newKey(-MINUTE));
    expect(notices).toEqual([{ kind: 'credentialsShortLived', source: 'the test', lifetimeSeconds: 0 }]);
  });

  it('that is over serves nobody, so that its failed renewal is told by the call alone', async () => {
    const { newKey, getIssued, getFailed, advance, notices } = makeCache();
    await getIssued(newKey(60 * MINUTE));
    advance(60 * MINUTE);
    await getFailed('gone');
    expect(notices).toEqual([]);
  });

  it('given again by its source is neither new nor short-lived, and asked for each five seconds', async () => {
    const { cache, newKey, getIssued, give, advance, issues, kinds } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(55 * MINUTE);
    for (let second = 0; second < 60; second += 1) {
      const before = issues();
      expect(await cache.get()).toEqual(key);
      await setImmediate();
      if (issues() > before) await give({ ...key });
      advance(SECOND);
    }
    expect(issues()).toBe(1 + 12);
    expect(kinds()).toEqual([]);
  });

  it('is asked for again at once after one failure, and later and later after more', async () => {
    const { newKey, getIssued, getFailed, delays } = makeCache();
    for (let n = 0; n < 10; n += 1) await getFailed();
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    await getIssued(newKey(60 * MINUTE));
    expect(delays).toHaveLength(9);
  });

  it('is not waited for when the last failure is long ago', async () => {
    const { getFailed, advance, delays } = makeCache();
    for (let n = 0; n < 3; n += 1) await getFailed();
    advance(150);
    await getFailed();
    advance(MINUTE);
    await getFailed();
    expect(delays).toEqual([100, 50]);
  });

  it('is renewed when the clock is set back', async () => {
    const { cache, newKey, getIssued, give, advance } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(-30 * MINUTE);
    const next = newKey(60 * MINUTE);
    const renewed = cache.renew(key);
    await give(next);
    expect(await renewed).toBe(next);
  });

  it('never leaves a rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const record = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', record);
    try {
      const { cache, newKey, getIssued, fail, advance } = makeCache();
      await getIssued(newKey(60 * MINUTE));
      advance(59 * MINUTE);
      await cache.get();
      await fail();
      advance(2 * MINUTE);
      const got = cache.get(AbortSignal.abort(new Error('left'))).catch(() => undefined);
      await got;
      await fail();
      await setImmediate();
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', record);
    }
  });

  it('stays out of the notices', async () => {
    const { cache, newKey, getIssued, fail, advance, notices } = makeCache();
    await getIssued(newKey(MINUTE));
    advance(MINUTE);
    await getIssued(newKey(MINUTE));
    advance(40 * SECOND);
    await cache.get();
    await fail();
    expect(notices).toHaveLength(3);
    expect(JSON.stringify(notices)).not.toContain('hidden');
  });
});

describe('a refused key', () => {
  it('is renewed once for all who had it', async () => {
    const { cache, newKey, getIssued, give, advance, issues } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(MINUTE);
    const renewed = [cache.renew(key), cache.renew({ ...key }), cache.renew(key)];
    const next = newKey(60 * MINUTE);
    await give(next);
    expect(await Promise.all(renewed)).toEqual([next, next, next]);
    expect(await cache.renew(key)).toBe(next);
    expect(issues()).toBe(2);
  });

  it('is renewed though a newer one is in hand, when that is over', async () => {
    const { cache, newKey, getIssued, give, advance, issues } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(MINUTE);
    const renewed = cache.renew(key);
    await give(newKey(MINUTE));
    await renewed;
    advance(MINUTE);
    const again = cache.renew(key);
    const next = newKey(60 * MINUTE);
    await give(next);
    expect(await again).toBe(next);
    expect(issues()).toBe(3);
  });

  it('shares the renewal that runs already', async () => {
    const { cache, newKey, getIssued, give, advance, issues } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(56 * MINUTE);
    await cache.get();
    const renewed = cache.renew(key);
    const next = newKey(60 * MINUTE);
    await give(next);
    expect(await renewed).toBe(next);
    expect(issues()).toBe(2);
  });

  it('that is new is renewed once for all, five seconds after it was had', async () => {
    const { cache, newKey, getIssued, give, advance, issues, delays } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(2 * SECOND);
    const renewed = Array.from({ length: 1_000 }, () => cache.renew(key));
    await setImmediate();
    expect(delays).toEqual([3 * SECOND]);
    const next = newKey(60 * MINUTE);
    await give(next);
    expect(new Set(await Promise.all(renewed))).toEqual(new Set([next]));
    expect(issues()).toBe(2);
  });

  it('that is five seconds old is renewed at once', async () => {
    const { cache, newKey, getIssued, give, advance, delays } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(5 * SECOND);
    const renewed = cache.renew(key);
    const next = newKey(60 * MINUTE);
    await give(next);
    expect(await renewed).toBe(next);
    expect(delays).toEqual([]);
  });

  it('stays in hand when its renewal fails', async () => {
    const { cache, newKey, getIssued, fail, advance } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(MINUTE);
    const renewed = cache.renew(key).catch((error: Error) => error.message);
    await fail('refused');
    expect(await renewed).toBe('refused');
    expect(await cache.get()).toBe(key);
  });
});

describe('a caller', () => {
  it('may leave without ending the renewal', async () => {
    const { cache, newKey, give, issues } = makeCache();
    const controller = new AbortController();
    const left = cache.get(controller.signal).catch((reason: unknown) => reason);
    const stayed = cache.get();
    const reason = new Error('left');
    controller.abort(reason);
    expect(await left).toBe(reason);
    const key = newKey(60 * MINUTE);
    await give(key);
    expect(await stayed).toBe(key);
    expect(issues()).toBe(1);
  });

  it('may leave a renewal too, which goes on for the others', async () => {
    const { cache, newKey, getIssued, give, advance, issues } = makeCache();
    const key = newKey(60 * MINUTE);
    await getIssued(key);
    advance(MINUTE);
    const controller = new AbortController();
    const left = cache.renew(key, controller.signal).catch((reason: unknown) => reason);
    const stayed = cache.renew(key);
    const reason = new Error('left');
    controller.abort(reason);
    expect(await left).toBe(reason);
    const next = newKey(60 * MINUTE);
    await give(next);
    expect(await stayed).toBe(next);
    expect(issues()).toBe(2);
  });

  it('reads where keys come from', () => {
    expect(makeCache().cache.description).toBe('the test');
  });
});
