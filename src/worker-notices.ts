import type { Logger } from '@temporalio/worker';

import { VARIABLES } from './config';
import type { QuotaCalls, QuotaNotice } from './quota';
import type { Notice as CloudNotice } from './tencent';
import { activeTraceIds } from './trace-ids';

type Notice = CloudNotice | QuotaNotice;

/** Where the rate of all workers together is set. */
const RATE_VARIABLES: Record<QuotaCalls, string> = {
  status: VARIABLES.statusCallsPerSecond,
  'user-sync': VARIABLES.userSyncCallsPerSecond,
};

/** Notices that ask for something to be done, or tell what a person should know of. */
const WARNINGS: ReadonlySet<Notice['kind']> = new Set([
  'clockCorrected',
  'credentialsNotRenewed',
  'credentialsShortLived',
  'throttled',
  'ratesDiffer',
  'workersUnknown',
]);

/** Makes notices visible as lines of the log. */
export function createNoticeReporter(logger: Logger): (notice: Notice) => void {
  return (notice) => {
    const { kind, ...details } = notice;
    logger.log(WARNINGS.has(kind) ? 'WARN' : 'INFO', sentenceOf(notice), { ...details, ...activeTraceIds() });
  };
}

/** Words a notice for a person. */
export function sentenceOf(notice: Notice): string {
  switch (notice.kind) {
    case 'clockCorrected': {
      const { localTime, serverTime, offsetSeconds } = notice;
      const direction = offsetSeconds < 0 ? 'ahead of' : 'behind';
      return `The clock of this machine (${localTime}) is ${Math.abs(offsetSeconds)} s ${direction} the cloud's (${serverTime}): requests are signed by the cloud's. Set the clock (NTP)`;
    }
    case 'credentialsRenewed':
      return `The key from ${notice.source} was renewed${until(notice.expiresAt)}`;
    case 'credentialsNotRenewed':
      return `The key from ${notice.source} could not be renewed (${notice.error}); the old one serves${until(notice.expiresAt)}, and the next call tries again`;
    case 'credentialsShortLived':
      return `The key from ${notice.source} was issued for ${notice.lifetimeSeconds} s only, so it is renewed often. Ask for a longer time`;
    case 'throttled':
      return `The cloud throttled a ${notice.calls} call (${notice.code}): this worker makes at most ${rate(notice.callsPerSecond, notice.calls)} now, and 5 % more after each ten seconds without. If it goes on, others use the account's quota: lower ${RATE_VARIABLES[notice.calls]}`;
    case 'throttlingOver':
      return `The cloud throttles no more: this worker makes up to ${rate(notice.callsPerSecond, notice.calls)} again`;
    case 'share': {
      const { workers, quotaPerSecond, callsPerSecond, calls } = notice;
      const who = workers === 1 ? 'One worker uses' : `${workers} workers share`;
      return `${who} the quota of ${rate(quotaPerSecond, calls)}: this one makes up to ${rate(callsPerSecond, calls)}`;
    }
    case 'ratesDiffer':
      return `Another worker polls the queue for ${rate(notice.otherPerSecond, notice.calls)} and this one for ${rate(notice.ownPerSecond, notice.calls)}, of which the server takes the last: set ${RATE_VARIABLES[notice.calls]} alike`;
    case 'workersUnknown':
      return `The server does not tell how many workers share the quota (${notice.error}), so this one uses all of it: set ${VARIABLES.workers}`;
  }
}

function rate(callsPerSecond: number, calls: QuotaCalls): string {
  return `${Number(callsPerSecond.toPrecision(3))} ${calls} calls/s`;
}

function until(expiresAt: string | undefined): string {
  return expiresAt === undefined ? '' : ` until ${expiresAt}`;
}
