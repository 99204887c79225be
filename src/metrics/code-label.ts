/** As the cloud and this client write codes, `AuthFailure.SignatureExpire` for example. */
const PLAUSIBLE = /^[A-Za-z][\w.-]{0,63}$/;
/** Series cost memory for ever, in the worker and in Prometheus. */
const MAX_UNKNOWN = 50;
const OTHER = 'other';

/**
 * Makes error codes into values of a label, of which there must be few: every code that is known, the first
 * {@link MAX_UNKNOWN} others that look like one, and `other` for the rest.
 *
 * @param known - codes that always stand for themselves
 */
export function createCodeLabel(known: Iterable<string>): (code: string) => string {
  const always = new Set(known);
  const admitted = new Set<string>();
  return (code) => {
    if (always.has(code) || admitted.has(code)) return code;
    if (admitted.size >= MAX_UNKNOWN || !PLAUSIBLE.test(code)) return OTHER;
    admitted.add(code);
    return code;
  };
}
