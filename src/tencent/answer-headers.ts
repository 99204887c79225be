/** What the headers of an answer tell about time. */
export interface AnswerTimes {
  /** Epoch seconds. */
  serverTimeSeconds?: number;
  /** Above 0, at most a day. */
  retryAfterSeconds?: number;
}

/** A longer wait is nobody's earnest. */
const MAX_RETRY_AFTER_SECONDS = 86_400;

/**
 * Reads Date and Retry-After (seconds, or an HTTP date counted from Date); what is malformed or over is left out.
 *
 * @param headers - names in lower case
 */
export function answerTimes(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerTimes {
  const date = httpDateSeconds(headers.date);
  const wait = retryAfter(headers['retry-after'], date);
  return {
    ...(date !== undefined && { serverTimeSeconds: date }),
    ...(wait !== undefined && wait > 0 && { retryAfterSeconds: Math.min(wait, MAX_RETRY_AFTER_SECONDS) }),
  };
}

function retryAfter(value: string | string[] | undefined, dateSeconds: number | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value);
  const until = httpDateSeconds(value);
  return until === undefined || dateSeconds === undefined ? undefined : until - dateSeconds;
}

function httpDateSeconds(value: string | string[] | undefined): number | undefined {
  // Date.parse takes far more than HTTP dates.
  if (typeof value !== 'string' || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(value))
    return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
