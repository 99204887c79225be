import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../sentences';
import { unlessAborted } from '../call-deadline';
import type { Notify } from '../notices';
import { NO_OBSERVER, type CloudObserver } from '../observer';
import {
  checkCredentials,
  isSameKey,
  type CredentialProvider,
  type CredentialSource,
  type IssuedCredentials,
} from './credentials';

/** Options of {@link createCredentialCache}. */
export interface CredentialCacheOptions {
  /** This machine's clock, epoch ms. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Default: nobody is told. */
  notify?: Notify | undefined;
  /** Default: nobody is told. */
  observer?: CloudObserver | undefined;
  /** Resolves after a time in ms. Default: by a timer. */
  delay?: ((ms: number) => Promise<unknown>) | undefined;
}

/** The longest time before its end at which a key is renewed. */
const MARGIN_MS = 300_000;
/** Shortest time between two renewals, whatever the end of the keys. */
const INTERVAL_MS = 5_000;
/** Keys with less are worth a warning: half of their life is the margin. */
const SHORT_LIFE_MS = 600_000;
const FIRST_PAUSE_MS = 100;

/** The key in hand. */
interface Held {
  key: IssuedCredentials;
  /** When it was had first, epoch ms. */
  bornAtMs: number;
  /** When it was had last: a source may give the same key again. */
  confirmedAtMs: number;
}

/**
 * Makes a source that issues a key without an end for each request, and keeps one with an end until shortly before it:
 * then the old key serves while one renewal runs. A failure is never kept; while it lasts, renewals are paced.
 */
export function createCredentialCache(
  provider: CredentialProvider,
  options: CredentialCacheOptions = {},
): CredentialSource {
  const { now = Date.now, notify = () => undefined, observer = NO_OBSERVER, delay = (ms) => sleep(ms) } = options;
  let held: Held | undefined;
  let flight: Promise<IssuedCredentials> | undefined;
  let failures = 0;
  let failedAtMs = -Infinity;
  let isShortLifeTold = false;

  /** False when the clock was set back, or else a wait could last for as long as that. */
  const isWithin = (ms: number, sinceMs: number): boolean => now() >= sinceMs && now() < sinceMs + ms;

  const isValid = ({ expiresAtMs = Infinity }: IssuedCredentials): boolean => now() < expiresAtMs;

  const accept = (key: IssuedCredentials): void => {
    const nowMs = now();
    const before = held;
    const isSame = before !== undefined && isSameKey(before.key, key);
    held = { key, bornAtMs: isSame ? before.bornAtMs : nowMs, confirmedAtMs: nowMs };
    failures = 0;
    if (isSame) return;
    const source = provider.description;
    const { expiresAtMs } = key;
    observer.keyObtained({
      source,
      isRenewal: before !== undefined,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    });
    if (expiresAtMs === undefined) return;
    if (before?.key.expiresAtMs !== undefined) notify({ kind: 'credentialsRenewed', source, ...endOf(key) });
    const lifetimeMs = Math.max(0, expiresAtMs - nowMs);
    if (lifetimeMs >= SHORT_LIFE_MS || isShortLifeTold) return;
    isShortLifeTold = true;
    notify({ kind: 'credentialsShortLived', source, lifetimeSeconds: Math.round(lifetimeMs / 1000) });
  };

  const reject = (error: unknown): void => {
    failures += 1;
    failedAtMs = now();
    observer.keyNotObtained(provider.description);
    if (failures > 1 || !held || !isValid(held.key)) return;
    const source = provider.description;
    notify({ kind: 'credentialsNotRenewed', source, error: messageOf(error), ...endOf(held.key) });
  };

  const issue = async (): Promise<IssuedCredentials> => {
    // A key without an end is read on this machine: nobody needs to be spared.
    const isPaced = !held || held.key.expiresAtMs !== undefined;
    const pauseMs = isPaced ? pauseAfter(failures) : 0;
    if (isWithin(pauseMs, failedAtMs)) await delay(failedAtMs + pauseMs - now());
    // Refused although it is new: it may only not be known everywhere yet, and its source must not be stormed.
    if (held && isFresh(held)) await delay(held.confirmedAtMs + INTERVAL_MS - now());
    try {
      const key = await provider.issue();
      checkCredentials(key);
      accept(key);
      return key;
    } catch (error) {
      reject(error);
      throw error;
    }
  };

  const renewOnce = (): Promise<IssuedCredentials> =>
    (flight ??= issue().finally(() => {
      flight = undefined;
    }));

  const isFresh = ({ key, confirmedAtMs }: Held): boolean =>
    key.expiresAtMs !== undefined && isWithin(INTERVAL_MS, confirmedAtMs);

  const readAnew = async (): Promise<IssuedCredentials> => {
    try {
      return await renewOnce();
    } catch (error) {
      if (held && isValid(held.key)) return held.key;
      throw error;
    }
  };

  return {
    get description() {
      return provider.description;
    },
    async get(signal) {
      if (!held || held.key.expiresAtMs === undefined) return unlessAborted(readAnew(), signal);
      const { key, bornAtMs } = held;
      if (isFresh(held) || now() < renewalOf(held.key.expiresAtMs, bornAtMs)) return key;
      if (!isValid(key)) return unlessAborted(renewOnce(), signal);
      // Its failure has been told; whoever needs a new key will ask again.
      if (!isWithin(INTERVAL_MS, failedAtMs)) renewOnce().catch(() => undefined);
      return key;
    },
    async renew(refused, signal) {
      if (held && !isSameKey(held.key, refused) && isValid(held.key)) return held.key;
      return unlessAborted(renewOnce(), signal);
    },
  };
}

function renewalOf(expiresAtMs: number, bornAtMs: number): number {
  return expiresAtMs - Math.min(MARGIN_MS, (expiresAtMs - bornAtMs) / 2);
}

/** The first failure may be a hiccup; a source that goes on failing is spared. */
function pauseAfter(failures: number): number {
  return failures < 2 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failures - 2), INTERVAL_MS);
}

function endOf({ expiresAtMs }: IssuedCredentials): { expiresAt?: string } {
  return expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() };
}
