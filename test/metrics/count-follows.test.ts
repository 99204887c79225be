import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { encodeUnifiedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes';
import { temporal } from '@temporalio/proto';

import { SEARCH_ATTRIBUTES } from '../../src/contract';
import { countFollows, type Visibility } from '../../src/metrics/count-follows';

const { CountWorkflowExecutionsResponse, ListWorkflowExecutionsResponse } = temporal.api.workflowservice.v1;
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const PHASE_SINCE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.phaseSince, SearchAttributeType.DATETIME);

/** A server that counts what the test says, and lists blocked follows, pages of them where they are many. */
function serverWith(counts: Record<string, number>, blockedForSeconds: readonly (number | undefined)[] = []) {
  const queries: string[] = [];
  const visibility = {
    countWorkflowExecutions({ query }: { query?: string | null }) {
      const [, found = 0] = Object.entries(counts).find(([words]) => query?.includes(words)) ?? [];
      return Promise.resolve(CountWorkflowExecutionsResponse.fromObject({ count: found }));
    },
    listWorkflowExecutions({ query = '', pageSize = 0 }: { query?: string; pageSize?: number }) {
      queries.push(query);
      const [, before] = /ProvisioningPhaseSince < '(.*)'/.exec(query) ?? [];
      const found = blockedForSeconds
        .map((seconds) => (seconds === undefined ? undefined : NOW_MS - seconds * 1000))
        .filter((sinceMs) => before === undefined || (sinceMs !== undefined && sinceMs < Date.parse(before)));
      const executions = found.slice(0, pageSize).map((sinceMs) => {
        const pairs = sinceMs === undefined ? [] : [{ key: PHASE_SINCE, value: new Date(sinceMs) }];
        return { searchAttributes: { indexedFields: encodeUnifiedSearchAttributes(undefined, pairs) } };
      });
      return Promise.resolve(ListWorkflowExecutionsResponse.create({ executions }));
    },
  } as unknown as Visibility;
  return { queries, count: () => countFollows(visibility, 'default', () => NOW_MS) };
}

test('counts follows by phase, and batches by type', async () => {
  const { count, queries } = serverWith({
    "ProvisioningPhase = 'Polling'": 12,
    "ProvisioningPhase = 'Paused'": 3,
    'ProvisioningPhase IS NULL': 4,
    "'provisionUsers'": 1,
    "'deprovisionUsers'": 2,
  });
  await expect(count()).resolves.toEqual({
    follows: { Polling: 12, Paused: 3, Blocked: 0, NotBegun: 4 },
    blockedLongestSeconds: 0,
    batches: { provisionUsers: 1, deprovisionUsers: 2 },
  });
  // Nothing is blocked, so nothing needs to be listed.
  expect(queries).toEqual([]);
});

describe('the longest time that a follow has been blocked', () => {
  const blocked = (count: number) => ({ "ProvisioningPhase = 'Blocked'": count });

  test('is that of the one since when it is, in whatever order they are listed', async () => {
    const { count } = serverWith(blocked(3), [60, 7_200, 5]);
    await expect(count()).resolves.toMatchObject({ blockedLongestSeconds: 7_200 });
  });

  test('leaves out those that do not tell it: a worker of version 0.1.0 began them', async () => {
    await expect(serverWith(blocked(2), [undefined, 30]).count()).resolves.toMatchObject({ blockedLongestSeconds: 30 });
    await expect(serverWith(blocked(1), [undefined]).count()).resolves.toMatchObject({ blockedLongestSeconds: 0 });
  });

  test('is found among more than one answer lists, by asking for earlier ones', async () => {
    // Newest first, as the server lists: 1, 2, … 2,500 s.
    const { count, queries } = serverWith(
      blocked(2_500),
      Array.from({ length: 2_500 }, (_, i) => i + 1),
    );
    await expect(count()).resolves.toMatchObject({ blockedLongestSeconds: 2_500 });
    expect(queries.map((query) => /PhaseSince < '(.*)'/.exec(query)?.[1])).toEqual([
      undefined,
      '2026-03-01T11:43:20.000Z',
      '2026-03-01T11:26:40.000Z',
    ]);
  });

  test('is not negative where the server’s clock is ahead', async () => {
    await expect(serverWith(blocked(1), [-5]).count()).resolves.toMatchObject({ blockedLongestSeconds: 0 });
  });
});
