import type { ProvisioningOutcome, ReportLine } from '../../../src/contract';
import { lineOf, waitingItems } from '../../../src/workflows/batch/batch-items';
import { endFollowed, type FollowEnd } from '../../../src/workflows/batch/followed-item';

import { userItem } from './batch-world';

function lineAfter(end: FollowEnd, adopted?: ReportLine['adopted']): Partial<ReportLine> {
  const [item] = waitingItems([userItem('u-1')], 0);
  if (!item) throw new Error('no item');
  item.facts = adopted ? { adopted } : {};
  endFollowed(item, end);
  const { index: _index, attempts: _attempts, ...line } = lineOf(item);
  return line;
}

const ended = (outcome: Partial<ProvisioningOutcome>): FollowEnd => ({
  kind: 'ended',
  outcome: { message: 'the message', lastRequestId: 'r-1', ...outcome } as ProvisioningOutcome,
});

test.each<[FollowEnd, Partial<ReportLine>]>([
  [ended({ phase: 'Succeeded' }), { outcome: 'Succeeded', requestId: 'r-1' }],
  [ended({ phase: 'Failed', failureReason: '部署失败' }), { outcome: 'Failed', requestId: 'r-1', reason: '部署失败' }],
  [ended({ phase: 'Failed', failureReason: '' }), { outcome: 'Failed', requestId: 'r-1', reason: 'the message' }],
  [
    ended({ phase: 'Rejected', lastError: { code: 'InvalidParameter', message: 'bad' } }),
    { outcome: 'Rejected', requestId: 'r-1', errorCode: 'InvalidParameter', reason: 'the message' },
  ],
  [ended({ phase: 'NotFound' }), { outcome: 'NotFound', requestId: 'r-1', reason: 'the message' }],
  [
    ended({ phase: 'Resolved', resolution: { outcome: 'Succeeded', by: 'me', reason: 'seen', at: 'now' } }),
    { outcome: 'Succeeded', requestId: 'r-1', reason: 'declared by me: seen' },
  ],
  [
    ended({ phase: 'Resolved', resolution: { outcome: 'Failed', by: 'me', reason: 'gone', at: 'now' } }),
    { outcome: 'Failed', requestId: 'r-1', reason: 'declared by me: gone' },
  ],
  [
    { kind: 'cancelled', reason: 'by hand' },
    { outcome: 'Cancelled', reason: 'its follow: by hand' },
  ],
  [
    { kind: 'stopped', reason: 'terminated' },
    { outcome: 'Unknown', reason: 'its follow: terminated' },
  ],
])('%j', (end, line) => {
  expect(lineAfter(end)).toEqual(line);
});

test('a sync that was there, of which the cloud has forgotten the task, is simply there', () => {
  expect(lineAfter(ended({ phase: 'NotFound' }), 'AlreadyExisted')).toEqual({
    outcome: 'AlreadyExists',
    adopted: 'AlreadyExisted',
    reason: 'the user sync exists; the cloud has forgotten its task',
  });
});
