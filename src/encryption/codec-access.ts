import { createHash, timingSafeEqual } from 'node:crypto';

/** Tells whether an `Authorization` header has the token: as `Bearer`, or as the password of `Basic` with any user. */
export function hasToken(authorization: string | undefined, token: string): boolean {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  return isSame(scheme.toLowerCase() === 'basic' ? passwordOf(value) : value, token) && isKnown(scheme);
}

function isKnown(scheme: string): boolean {
  return ['basic', 'bearer'].includes(scheme.toLowerCase());
}

function passwordOf(value: string): string {
  const credentials = Buffer.from(value, 'base64').toString();
  return credentials.slice(credentials.indexOf(':') + 1);
}

/** In a time that tells nothing of how much is right, nor of the length. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
