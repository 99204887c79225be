import type { MetricMeter } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';

import type { Notice, Notify } from './tencent';

/** Makes notices visible: as a line of the log, and as a metric. */
export function createNoticeReporter(logger: Logger, meter: MetricMeter): Notify {
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
  showOffset(0);
  return (notice) => {
    const { kind: _, ...details } = notice;
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
      case 'credentialsShortLived':
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
  }
}

function until(expiresAt: string | undefined): string {
  return expiresAt === undefined ? '' : ` until ${expiresAt}`;
}
