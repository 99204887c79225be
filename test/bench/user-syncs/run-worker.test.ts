import { itemEnd } from '../../../bench/user-syncs/run-worker';

const line = { index: 0, principalId: 'u-1', userProvisioningId: 'up-1', attempts: 1 };
const end = { principalId: 'u-1', userProvisioningId: 'up-1' };

it('reads the end of a task from a line, with its reason', () => {
  expect(itemEnd({ ...line, outcome: 'Succeeded' })).toEqual({ ...end, taskEnd: 'Success', isError: false });
  expect(itemEnd({ ...line, outcome: 'Failed', reason: 'quota' })).toEqual({
    ...end,
    taskEnd: 'Failed',
    failureReason: 'quota',
    isError: true,
  });
});

it('reads no end of a task from any other line', () => {
  expect(itemEnd({ ...line, outcome: 'AlreadyExists' })).toEqual({ ...end, isError: false });
  expect(itemEnd({ ...line, outcome: 'Unknown', reason: 'lost' })).toEqual({ ...end, isError: true });
});
