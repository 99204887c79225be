import type { CallQuota } from './call-quota';
import { TencentCloudError } from './errors';
import type { CloudObserver, ObservedRequest } from './observer';

/** Watches one request. */
export interface RequestWatch {
  /** Gives the request its turn: at once without a quota. */
  turn: (signal: AbortSignal) => Promise<() => void>;
  /** To be called once, with the answer or the error that ended it. */
  ended(outcome: { serverTimeSeconds?: number } | Error): void;
}

/** Tells an observer how long a request took from its sending on, and how it ended; nothing of one that was never sent. */
export function watchRequest(action: string, quota: CallQuota | undefined, observer: CloudObserver): RequestWatch {
  let sentMs: number | undefined;
  return {
    async turn(signal) {
      const answered = await quota?.turn(signal);
      sentMs = performance.now();
      return answered ?? (() => undefined);
    },
    ended(outcome) {
      if (sentMs === undefined) return;
      const { serverTimeSeconds } = 'serverTimeSeconds' in outcome ? outcome : {};
      observer.requested({
        action,
        result: outcome instanceof Error ? failedResult(outcome) : 'answered',
        seconds: (performance.now() - sentMs) / 1000,
        ...(serverTimeSeconds !== undefined && { serverTimeSeconds }),
      });
    },
  };
}

function failedResult(error: Error): ObservedRequest['result'] {
  if (!(error instanceof TencentCloudError)) return 'cancelled';
  return error.code.startsWith('ClientError.') ? 'failed' : 'refused';
}
