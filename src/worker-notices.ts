import type { MetricGauge, MetricMeter } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';

import { VARIABLES } from './config';
import type { QuotaCalls, QuotaNotice } from './quota';
import type { Notice as CloudNotice } from './tencent';

type Notice = CloudNotice | QuotaNotice;

/** Where the rate of all workers together is set. */
const RATE_VARIABLES: Record<QuotaCalls, string> = {
  status: VARIABLES.statusCallsPerSecond,
  'user-sync': VARIABLES.userSyncCallsPerSecond,
};

/** Makes notices visible: as a line of the log, and as a metric. */
export function createNoticeReporter(logger: Logger, meter: MetricMeter): (notice: Notice) => void {
  const clockOffset = meter.createGauge(
    'provisioning_clock_offset_seconds',
    'int',
    's',
    "How far this machine's clock is behind or ahead of the cloud's, as signatures correct it",
  );
  // Core takes no negative value, so the direction is a tag.
  const showOffset = (seconds: number): void => {
    clockOffset.set(Math.max(0, seconds), { direction: 'behind' });
    clockOffset.set(Math.max(0, -seconds), { direction: 'ahead' });
  };
  const renewals = meter.createCounter(
    'provisioning_credential_renewals',
    undefined,
    'Renewals of temporary credentials, by result',
  );
  const createPaceGauge = (name: string, calls: QuotaCalls) =>
    meter.createGauge(
      name,
      'float',
      undefined,
      `Most ${calls} calls a second that this worker makes: its share of the quota, less what throttling took`,
    );
  const paces: Record<QuotaCalls, MetricGauge> = {
    status: createPaceGauge('provisioning_status_calls_per_second_limit', 'status'),
    'user-sync': createPaceGauge('provisioning_user_sync_calls_per_second_limit', 'user-sync'),
  };
  showOffset(0);
  return (notice) => {
    const { kind: _, ...details } = notice;
    if ('callsPerSecond' in notice) paces[notice.calls].set(notice.callsPerSecond);
    switch (notice.kind) {
      case 'clockCorrected':
        showOffset(notice.offsetSeconds);
        logger.warn(sentenceOf(notice), details);
        break;
      case 'credentialsRenewed':
        renewals.add(1, { result: 'renewed' });
        logger.info(sentenceOf(notice), details);
        break;
      case 'credentialsNotRenewed':
        renewals.add(1, { result: 'failed' });
        logger.warn(sentenceOf(notice), details);
        break;
      case 'share':
      case 'throttlingOver':
        logger.info(sentenceOf(notice), details);
        break;
      case 'credentialsShortLived':
      case 'throttled':
      case 'ratesDiffer':
      case 'workersUnknown':
        logger.warn(sentenceOf(notice), details);
        break;
    }
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
