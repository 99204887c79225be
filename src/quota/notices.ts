/** Calls that share a quota: those that ask for the status of a task, or those to the actions on user syncs. */
export type QuotaCalls = 'status' | 'user-sync';

/** What the people who run the worker should know of its quota of such calls; rates are calls a second. */
export type QuotaNotice = QuotaEvent & { calls: QuotaCalls };

/** A {@link QuotaNotice} that does not say of which calls. */
export type QuotaEvent =
  | {
      /** The cloud refused a call for its rate: this worker makes fewer from now on. */
      kind: 'throttled';
      code: string;
      callsPerSecond: number;
    }
  | {
      /** The full rate is used again. */
      kind: 'throttlingOver';
      callsPerSecond: number;
    }
  | {
      /** What this worker uses: at its start, when workers come or go, and when a person changes the rate on the server. */
      kind: 'share';
      workers: number;
      quotaPerSecond: number;
      callsPerSecond: number;
    }
  | {
      /** Another worker of the queue sends another rate, and the server takes that of the last poll. */
      kind: 'ratesDiffer';
      ownPerSecond: number;
      otherPerSecond: number;
    }
  | {
      /** The server does not say who polls the queue. */
      kind: 'workersUnknown';
      error: string;
    };
