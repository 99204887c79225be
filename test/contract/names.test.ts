import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import {
  DECLARED_OUTCOMES,
  ENDINGS,
  FAILURE_TYPES,
  BATCH_QUERIES,
  BATCH_SIGNALS,
  BATCH_UPDATES,
  DEPROVISION_USERS,
  FOLLOW_PROVISIONING_TASK,
  PROVISION_USERS,
  READ_USER_SYNCS,
  INVALID_INPUT_TYPE,
  LIVE_PHASES,
  OUTCOME_MEMO,
  parseWorkflowId,
  QUERIES,
  SEARCH_ATTRIBUTE_TYPES,
  SEARCH_ATTRIBUTES,
  SIGNALS,
  STATUS_CHECK_FAILURE_PREFIX,
  TASK_QUEUES,
  UPDATES,
  workflowId,
} from '../../src/contract';
import { root } from '../support/project';

test('the names that services in other languages depend on do not change', () => {
  expect({
    FOLLOW_PROVISIONING_TASK,
    PROVISION_USERS,
    DEPROVISION_USERS,
    READ_USER_SYNCS,
    BATCH_SIGNALS,
    BATCH_UPDATES,
    BATCH_QUERIES,
    TASK_QUEUES,
    SIGNALS,
    UPDATES,
    QUERIES,
    SEARCH_ATTRIBUTES,
    FAILURE_TYPES,
  }).toEqual({
    FOLLOW_PROVISIONING_TASK: 'followProvisioningTask',
    PROVISION_USERS: 'provisionUsers',
    DEPROVISION_USERS: 'deprovisionUsers',
    READ_USER_SYNCS: 'readUserSyncs',
    BATCH_SIGNALS: { pause: 'pause', resume: 'resume' },
    BATCH_UPDATES: { retryFailed: 'retryFailed' },
    BATCH_QUERIES: { progress: 'progress', report: 'report' },
    TASK_QUEUES: {
      provisioning: 'provisioning',
      tencentOrganization: 'tencent-organization',
      tencentUserSync: 'tencent-user-sync',
    },
    SIGNALS: { pollNow: 'pollNow', pause: 'pause', resume: 'resume', taskChanged: 'taskChanged' },
    UPDATES: { checkNow: 'checkNow', setPolling: 'setPolling', extendDeadline: 'extendDeadline', resolve: 'resolve' },
    QUERIES: { status: 'status' },
    SEARCH_ATTRIBUTES: {
      zoneId: 'ProvisioningZoneId',
      taskId: 'ProvisioningTaskId',
      phase: 'ProvisioningPhase',
      errorCode: 'ProvisioningErrorCode',
      startedAt: 'ProvisioningStartedAt',
      phaseSince: 'ProvisioningPhaseSince',
    },
    FAILURE_TYPES: {
      Failed: 'ProvisioningFailed',
      NotFound: 'ProvisioningTaskNotFound',
      Vanished: 'ProvisioningTaskVanished',
      Rejected: 'ProvisioningRejected',
      DeadlineExceeded: 'ProvisioningDeadlineExceeded',
      Resolved: 'ProvisioningFailed',
    },
  });
  expect({ INVALID_INPUT_TYPE, OUTCOME_MEMO, STATUS_CHECK_FAILURE_PREFIX }).toEqual({
    INVALID_INPUT_TYPE: 'ProvisioningInvalidInput',
    OUTCOME_MEMO: 'outcome',
    STATUS_CHECK_FAILURE_PREFIX: 'StatusCheck.',
  });
  expect({ ENDINGS, LIVE_PHASES, DECLARED_OUTCOMES }).toEqual({
    ENDINGS: ['Succeeded', 'Failed', 'NotFound', 'Vanished', 'Rejected', 'DeadlineExceeded', 'Cancelled', 'Resolved'],
    LIVE_PHASES: ['Polling', 'Paused', 'Blocked'],
    DECLARED_OUTCOMES: ['Succeeded', 'Failed'],
  });
  expect(SEARCH_ATTRIBUTE_TYPES).toEqual({
    ProvisioningZoneId: 'Keyword',
    ProvisioningTaskId: 'Keyword',
    ProvisioningPhase: 'Keyword',
    ProvisioningErrorCode: 'Keyword',
    ProvisioningStartedAt: 'Datetime',
    ProvisioningPhaseSince: 'Datetime',
  });
  expect(workflowId('z-djw98wnd0000', 't-d8wjd8j30000')).toBe('provisioning-task/z-djw98wnd0000/t-d8wjd8j30000');
});

describe('a workflow id', () => {
  test.each([
    ['z-djw98wnd0000', 't-d8wjd8j30000'],
    ['任务', 'A_b.C:d=e'],
    ["z'%2F", 'provisioning-task'],
  ])('gives back the zone %p and the task %p that it is made of', (zoneId, taskId) => {
    expect(parseWorkflowId(workflowId(zoneId, taskId))).toEqual({ zoneId, taskId });
  });

  test.each([
    '',
    'provisioning-task',
    'provisioning-task/z-1',
    'provisioning-task/z-1/t-1/2',
    'provisioning-task/z-1/t-1/',
    '/provisioning-task/z-1/t-1',
    'Provisioning-task/z-1/t-1',
    'provisioning-tasks/z-1/t-1',
    'z-1/t-1',
  ])('%p is none of a follow', (id) => {
    expect(parseWorkflowId(id)).toBeUndefined();
  });
});

test('the contract imports nothing but itself, so that any service can depend on it', () => {
  const folder = path.join(root, 'src', 'contract');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const imported = files.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/\b(?:from|import|require)[\s(]*'([^']+)'/g)].map(
      (match) => match[1],
    ),
  );
  expect(imported.length).toBeGreaterThan(0);
  expect(imported.filter((specifier) => !/^\.\/[a-z-]+$/.test(specifier ?? ''))).toEqual([]);
});
