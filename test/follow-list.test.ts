import type { WorkflowExecutionInfo } from '@temporalio/client';
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
  type SearchAttributePair,
} from '@temporalio/common';

import { SEARCH_ATTRIBUTES } from '../src/contract';
import { listQuery, toListedFollow, type ListFilter } from '../src/follow-list';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ALL = "WorkflowType = 'followProvisioningTask'";
const LAST_RUNS = `${ALL} AND ExecutionStatus != 'ContinuedAsNew'`;

describe('a list query', () => {
  test.each<[ListFilter, string]>([
    [{}, LAST_RUNS],
    [{ running: true }, `${ALL} AND ExecutionStatus = 'Running'`],
    [{ running: false }, `${LAST_RUNS} AND ExecutionStatus != 'Running'`],
    [{ phases: ['Blocked'] }, `${LAST_RUNS} AND ProvisioningPhase IN ('Blocked')`],
    [{ phases: ['Blocked', 'Paused'] }, `${LAST_RUNS} AND ProvisioningPhase IN ('Blocked', 'Paused')`],
    [{ zoneId: 'z-1' }, `${LAST_RUNS} AND ProvisioningZoneId = 'z-1'`],
    [{ errorCode: 'UnauthorizedOperation' }, `${LAST_RUNS} AND ProvisioningErrorCode = 'UnauthorizedOperation'`],
    [{ olderThanSeconds: 3_600 }, `${LAST_RUNS} AND ProvisioningStartedAt <= '2026-03-01T11:00:00.000Z'`],
    [{ olderThanSeconds: 0 }, `${LAST_RUNS} AND ProvisioningStartedAt <= '2026-03-01T12:00:00.000Z'`],
    [{ olderThanSeconds: 0.5 }, `${LAST_RUNS} AND ProvisioningStartedAt <= '2026-03-01T11:59:59.500Z'`],
    [{ query: "CloseTime > '2026-01-31T12:00:00Z'" }, `${LAST_RUNS} AND (CloseTime > '2026-01-31T12:00:00Z')`],
  ])('of %j restricts by nothing else', (filter, query) => {
    expect(listQuery(filter, NOW)).toBe(query);
  });

  test('holds the parts of a query that has an OR together', () => {
    expect(listQuery({ query: "RunId = 'a' OR RunId = 'b'" }, NOW)).toBe(
      `${LAST_RUNS} AND (RunId = 'a' OR RunId = 'b')`,
    );
  });

  test('demands everything that is given', () => {
    const filter: ListFilter = {
      phases: ['Polling'],
      zoneId: 'z-1',
      errorCode: 'E',
      olderThanSeconds: 60,
      running: true,
      query: "RunId = 'a'",
    };
    expect(listQuery(filter, NOW)).toBe(
      `${ALL} AND ExecutionStatus = 'Running' AND ProvisioningPhase IN ('Polling') AND ProvisioningZoneId = 'z-1' AND ProvisioningErrorCode = 'E' AND ProvisioningStartedAt <= '2026-03-01T11:59:00.000Z' AND (RunId = 'a')`,
    );
  });

  test.each([
    ["z'1", "'z''1'"],
    ["' OR RunId = 'x", "''' OR RunId = ''x'"],
    ["''", "''''''"],
    ['z"1', `'z"1'`],
    ['', "''"],
  ])('quotes the text %j', (text, quoted) => {
    expect(listQuery({ zoneId: text, errorCode: text }, NOW)).toBe(
      `${LAST_RUNS} AND ProvisioningZoneId = ${quoted} AND ProvisioningErrorCode = ${quoted}`,
    );
  });
});

describe('a follow that the server lists', () => {
  const startTime = new Date('2026-03-01T12:00:00Z');
  const keyword = (name: string, value: string): SearchAttributePair => ({
    key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
    value,
  });

  function info(attributes: SearchAttributePair[], fields: Partial<WorkflowExecutionInfo> = {}): WorkflowExecutionInfo {
    return {
      type: 'followProvisioningTask',
      workflowId: 'provisioning-task/z-1/t-1',
      runId: 'run-1',
      taskQueue: 'provisioning',
      status: { code: 1, name: 'RUNNING' },
      historyLength: 3,
      startTime,
      searchAttributes: {},
      typedSearchAttributes: new TypedSearchAttributes(attributes),
      raw: {},
      priority: {},
      ...fields,
    };
  }

  test('has no phase until a worker has begun it, and the start of the run', () => {
    expect(toListedFollow(info([]))).toStrictEqual({
      zoneId: 'z-1',
      taskId: 't-1',
      workflowId: 'provisioning-task/z-1/t-1',
      runId: 'run-1',
      workflowStatus: 'RUNNING',
      startedAt: '2026-03-01T12:00:00.000Z',
    });
  });

  test('has all that the server knows, the start being that of the cloud task', () => {
    const startedAt = {
      key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.startedAt, SearchAttributeType.DATETIME),
      value: new Date('2026-03-01T11:00:00Z'),
    };
    const listed = info(
      [
        startedAt,
        keyword(SEARCH_ATTRIBUTES.phase, 'Rejected'),
        keyword(SEARCH_ATTRIBUTES.errorCode, 'InvalidParameter'),
      ],
      {
        status: { code: 3, name: 'FAILED' },
        closeTime: new Date('2026-03-01T12:30:00Z'),
        memo: { requestedBy: 'identity team', note: 'for audit 7', outcome: {} },
      },
    );
    expect(toListedFollow(listed)).toStrictEqual({
      zoneId: 'z-1',
      taskId: 't-1',
      workflowId: 'provisioning-task/z-1/t-1',
      runId: 'run-1',
      phase: 'Rejected',
      errorCode: 'InvalidParameter',
      workflowStatus: 'FAILED',
      startedAt: '2026-03-01T11:00:00.000Z',
      closedAt: '2026-03-01T12:30:00.000Z',
      requestedBy: 'identity team',
      note: 'for audit 7',
    });
  });

  test.each([{}, { requestedBy: 7, note: null }, { requestedBy: ['a'], note: { text: 'b' } }])(
    'has nobody who asked where the memo holds no text: %j',
    (memo) => {
      const listed = toListedFollow(info([], { memo }));
      expect(listed).not.toHaveProperty('requestedBy');
      expect(listed).not.toHaveProperty('note');
    },
  );

  test.each(['order-7', 'provisioning-task/z-1', 'provisioning-task/z-1/t-1/2'])(
    'is none with the workflow id %p',
    (workflowId) => {
      expect(toListedFollow(info([], { workflowId }))).toBeUndefined();
    },
  );
});

test.each(['a) OR (b', '(a', 'a)', "x = 'open", ')('])(
  'a query that would not be one part among others is refused: %s',
  (query) => {
    expect(() => listQuery({ query }, 0)).toThrow('Invalid input: query must have matching parentheses and quotes');
  },
);

test.each(["x = ')('", '(a OR b)', "x = 'it''s ('", 'x = "("'])(
  'parentheses in quotes count for nothing: %s',
  (query) => {
    expect(listQuery({ query }, 0)).toContain(` AND (${query})`);
  },
);
