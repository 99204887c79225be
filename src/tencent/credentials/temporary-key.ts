import { nonEmpty } from '../api-call';
import type { IssuedCredentials } from './credentials';

/**
 * Reads a key as STS and the metadata endpoint write it: TmpSecretId, TmpSecretKey, Token, ExpiredTime (epoch seconds
 * by the cloud's clock).
 *
 * @param serverTimeSeconds - the cloud's clock at its answer, when that told it
 * @param now - this machine's clock, epoch ms
 * @returns undefined when a part is missing
 */
export function readTemporaryKey(
  fields: Readonly<Record<string, unknown>>,
  serverTimeSeconds: number | undefined,
  now: () => number,
): IssuedCredentials | undefined {
  const secretId = nonEmpty(fields.TmpSecretId);
  const secretKey = nonEmpty(fields.TmpSecretKey);
  const token = nonEmpty(fields.Token);
  const { ExpiredTime: endSeconds } = fields;
  if (!secretId || !secretKey || !token || typeof endSeconds !== 'number') return undefined;
  // Its length and not its end: this machine's clock may be wrong.
  const lifetimeSeconds = endSeconds - (serverTimeSeconds ?? now() / 1000);
  return { secretId, secretKey, token, expiresAtMs: now() + lifetimeSeconds * 1000 };
}
