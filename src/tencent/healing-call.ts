import type { ApiAnswer } from './api-call';
import { checkCredentials, isSameKey, type Credentials, type CredentialSource } from './credentials/credentials';
import type { CallDeadline } from './call-deadline';
import { findErrorEntry, type Remedy } from './error-table';
import { CLIENT_ERRORS, TencentCloudError } from './errors';
import type { Notify } from './notices';
import { serverTimeOf, toInstant, type ServerClock } from './server-clock';

/** What a call can mend. */
export interface HealingOptions {
  credentials: CredentialSource;
  clock: ServerClock;
  notify: Notify;
}

/** A clock that is off by less is not worth a warning. */
const NOTABLE_SECONDS = 5;

/**
 * Sends a request and, when the cloud refuses its signature or token, mends that and sends it again: each remedy once,
 * and none that changes nothing.
 *
 * @throws TencentCloudError as `send` does; the last refusal when the remedy did not help
 */
export async function callHealing(
  send: (credentials: Credentials) => Promise<ApiAnswer>,
  { credentials, clock, notify }: HealingOptions,
  deadline: CallDeadline,
): Promise<ApiAnswer> {
  const tried = new Set<Remedy>();
  deadline.phase = () => `getting the key from ${credentials.description}`;
  let key = await obtain(() => credentials.get(deadline.signal), deadline);
  for (;;) {
    try {
      return await send(key);
    } catch (error) {
      const { remedy } = error instanceof TencentCloudError ? findErrorEntry(error.code) : {};
      if (!(error instanceof TencentCloudError) || !remedy || tried.has(remedy)) throw error;
      tried.add(remedy);
      if (remedy === 'clock') {
        if (!correctClock(error, clock, notify)) throw error;
      } else {
        const refused = key;
        deadline.phase = () => `renewing the key from ${credentials.description}`;
        key = await obtain(() => credentials.renew(refused, deadline.signal), deadline);
        if (isSameKey(key, refused)) throw error;
      }
    }
  }
}

async function obtain(get: () => Promise<Credentials>, { signal }: CallDeadline): Promise<Credentials> {
  let key: Credentials;
  try {
    key = await get();
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof TencentCloudError) throw cause;
    const message = 'The source of the credentials failed';
    throw new TencentCloudError(CLIENT_ERRORS.credentialsUnavailable, message, { cause });
  }
  checkCredentials(key);
  return key;
}

function correctClock(error: TencentCloudError, clock: ServerClock, notify: Notify): boolean {
  const serverSeconds = serverTimeOf(error);
  if (serverSeconds === undefined) return false;
  const before = clock.offsetSeconds();
  const localSeconds = clock.nowSeconds() - before;
  clock.correct(serverSeconds);
  const offsetSeconds = clock.offsetSeconds();
  if (Math.abs(offsetSeconds - before) >= NOTABLE_SECONDS) {
    notify({
      kind: 'clockCorrected',
      localTime: toInstant(localSeconds),
      serverTime: toInstant(serverSeconds),
      offsetSeconds,
    });
  }
  return true;
}
