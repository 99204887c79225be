import { DefaultLogger, type LogEntry } from '@temporalio/worker';

import type { QuotaNotice } from '../../src/quota';
import type { Notice as CloudNotice } from '../../src/tencent';
import { createNoticeReporter } from '../../src/worker-notices';

type Notice = CloudNotice | QuotaNotice;

const source = 'role r through STS with the key from the environment';
const expiresAt = '2026-03-20T14:00:00.000Z';
const clockCorrected: Notice = {
  kind: 'clockCorrected',
  localTime: '2026-03-20T12:00:00.000Z',
  serverTime: '2026-03-20T12:10:00.000Z',
  offsetSeconds: 600,
};

/** Notices, and what the log says of each. */
const EXPECTED: [Notice, string, string][] = [
  [
    clockCorrected,
    'WARN',
    "The clock of this machine (2026-03-20T12:00:00.000Z) is 600 s behind the cloud's (2026-03-20T12:10:00.000Z): requests are signed by the cloud's. Set the clock (NTP)",
  ],
  [
    { ...clockCorrected, serverTime: '2026-03-20T11:50:00.000Z', offsetSeconds: -600 },
    'WARN',
    "The clock of this machine (2026-03-20T12:00:00.000Z) is 600 s ahead of the cloud's (2026-03-20T11:50:00.000Z): requests are signed by the cloud's. Set the clock (NTP)",
  ],
  [
    { kind: 'credentialsRenewed', source, expiresAt },
    'INFO',
    `The key from ${source} was renewed until 2026-03-20T14:00:00.000Z`,
  ],
  [
    { kind: 'credentialsNotRenewed', source, error: 'STS is away', expiresAt },
    'WARN',
    `The key from ${source} could not be renewed (STS is away); the old one serves until 2026-03-20T14:00:00.000Z, and the next call tries again`,
  ],
  [
    { kind: 'credentialsNotRenewed', source: 'the environment', error: 'gone' },
    'WARN',
    'The key from the environment could not be renewed (gone); the old one serves, and the next call tries again',
  ],
  [
    { kind: 'credentialsShortLived', source, lifetimeSeconds: 20 },
    'WARN',
    `The key from ${source} was issued for 20 s only, so it is renewed often. Ask for a longer time`,
  ],
  [
    { calls: 'status', kind: 'throttled', code: 'RequestLimitExceeded', callsPerSecond: 50 },
    'WARN',
    "The cloud throttled a status call (RequestLimitExceeded): this worker makes at most 50 status calls/s now, and 5 % more after each ten seconds without. If it goes on, others use the account's quota: lower PROVISIONING_STATUS_CALLS_PER_SECOND",
  ],
  [
    { calls: 'status', kind: 'throttlingOver', callsPerSecond: 100 },
    'INFO',
    'The cloud throttles no more: this worker makes up to 100 status calls/s again',
  ],
  [
    { calls: 'status', kind: 'share', workers: 3, quotaPerSecond: 100, callsPerSecond: 100 / 3 },
    'INFO',
    '3 workers share the quota of 100 status calls/s: this one makes up to 33.3 status calls/s',
  ],
  [
    { calls: 'status', kind: 'share', workers: 1, quotaPerSecond: 5, callsPerSecond: 5 },
    'INFO',
    'One worker uses the quota of 5 status calls/s: this one makes up to 5 status calls/s',
  ],
  [
    { calls: 'status', kind: 'ratesDiffer', ownPerSecond: 100, otherPerSecond: 50 },
    'WARN',
    'Another worker polls the queue for 50 status calls/s and this one for 100 status calls/s, of which the server takes the last: set PROVISIONING_STATUS_CALLS_PER_SECOND alike',
  ],
  [
    { calls: 'status', kind: 'workersUnknown', error: 'not allowed' },
    'WARN',
    'The server does not tell how many workers share the quota (not allowed), so this one uses all of it: set PROVISIONING_WORKERS',
  ],
  [
    { calls: 'user-sync', kind: 'throttled', code: 'RequestLimitExceeded', callsPerSecond: 5 },
    'WARN',
    "The cloud throttled a user-sync call (RequestLimitExceeded): this worker makes at most 5 user-sync calls/s now, and 5 % more after each ten seconds without. If it goes on, others use the account's quota: lower PROVISIONING_USER_SYNC_CALLS_PER_SECOND",
  ],
  [
    { calls: 'user-sync', kind: 'throttlingOver', callsPerSecond: 10 },
    'INFO',
    'The cloud throttles no more: this worker makes up to 10 user-sync calls/s again',
  ],
  [
    { calls: 'user-sync', kind: 'share', workers: 12, quotaPerSecond: 10, callsPerSecond: 10 / 12 },
    'INFO',
    '12 workers share the quota of 10 user-sync calls/s: this one makes up to 0.833 user-sync calls/s',
  ],
  [
    { calls: 'user-sync', kind: 'ratesDiffer', ownPerSecond: 10, otherPerSecond: 5 },
    'WARN',
    'Another worker polls the queue for 5 user-sync calls/s and this one for 10 user-sync calls/s, of which the server takes the last: set PROVISIONING_USER_SYNC_CALLS_PER_SECOND alike',
  ],
];

test.each(EXPECTED)('%j', (notice, level, sentence) => {
  const logged: LogEntry[] = [];
  createNoticeReporter(new DefaultLogger('DEBUG', (entry) => logged.push(entry)))(notice);
  const { kind: _, ...meta } = notice;
  expect(logged).toEqual([expect.objectContaining({ level, message: sentence, meta })]);
});
