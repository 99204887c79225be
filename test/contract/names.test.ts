import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import {
  ENDINGS,
  FAILURE_TYPES,
  FOLLOW_PROVISIONING_TASK,
  INVALID_INPUT_TYPE,
  OUTCOME_MEMO,
  QUERIES,
  SEARCH_ATTRIBUTES,
  SIGNALS,
  STATUS_CHECK_FAILURE_PREFIX,
  TASK_QUEUES,
  workflowId,
} from '../../src/contract';
import { root } from '../support/project';

test('the names that services in other languages depend on do not change', () => {
  expect({ FOLLOW_PROVISIONING_TASK, TASK_QUEUES, SIGNALS, QUERIES, SEARCH_ATTRIBUTES, FAILURE_TYPES }).toEqual({
    FOLLOW_PROVISIONING_TASK: 'followProvisioningTask',
    TASK_QUEUES: { provisioning: 'provisioning', tencentOrganization: 'tencent-organization' },
    SIGNALS: { pollNow: 'pollNow', resume: 'resume' },
    QUERIES: { status: 'status' },
    SEARCH_ATTRIBUTES: {
      zoneId: 'ProvisioningZoneId',
      taskId: 'ProvisioningTaskId',
      phase: 'ProvisioningPhase',
      errorCode: 'ProvisioningErrorCode',
    },
    FAILURE_TYPES: {
      Failed: 'ProvisioningFailed',
      NotFound: 'ProvisioningTaskNotFound',
      Vanished: 'ProvisioningTaskVanished',
      Rejected: 'ProvisioningRejected',
      DeadlineExceeded: 'ProvisioningDeadlineExceeded',
    },
  });
  expect({ INVALID_INPUT_TYPE, OUTCOME_MEMO, STATUS_CHECK_FAILURE_PREFIX, ENDINGS }).toEqual({
    INVALID_INPUT_TYPE: 'ProvisioningInvalidInput',
    OUTCOME_MEMO: 'outcome',
    STATUS_CHECK_FAILURE_PREFIX: 'StatusCheck.',
    ENDINGS: ['Succeeded', 'Failed', 'NotFound', 'Vanished', 'Rejected', 'DeadlineExceeded', 'Cancelled'],
  });
  expect(workflowId('z-djw98wnd0000', 't-d8wjd8j30000')).toBe('provisioning-task/z-djw98wnd0000/t-d8wjd8j30000');
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
