import { CommandError, reportOf } from '../../src/cli/errors';
import {
  BatchEndedError,
  BatchNotFoundError,
  FollowEndedError,
  InvalidInputError,
  NoAnswerError,
  NotFollowedError,
  UserSyncsUnreadableError,
} from '../../src/client';
import { ConfigurationError } from '../../src/config';

test('bad input is exit code 2 with every fault', () => {
  expect(reportOf(new InvalidInputError(['a is wrong', 'b is missing']))).toEqual({
    exitCode: 2,
    error: {
      code: 'InvalidInput',
      message: 'Invalid input: a is wrong; b is missing',
      faults: ['a is wrong', 'b is missing'],
    },
  });
});

test('a configuration that cannot be used is exit code 2 with every fault', () => {
  expect(reportOf(new ConfigurationError(['a is wrong', 'b is missing']))).toEqual({
    exitCode: 2,
    error: {
      code: 'Configuration',
      message: 'The configuration cannot be used: a is wrong; b is missing',
      faults: ['a is wrong', 'b is missing'],
    },
  });
});

test('a task that nobody follows is exit code 4', () => {
  expect(reportOf(new NotFollowedError('z-1', 't-1'))).toEqual({
    exitCode: 4,
    error: {
      code: 'NotFollowed',
      message: 'Task t-1 of zone z-1 is not followed in this namespace: start it with follow',
    },
  });
});

test('a follow that has ended is exit code 4, no answer of a worker exit code 9', () => {
  expect(reportOf(new FollowEndedError('z-1', 't-1'))).toMatchObject({ exitCode: 4, error: { code: 'FollowEnded' } });
  expect(reportOf(new NoAnswerError(5000))).toMatchObject({
    exitCode: 9,
    error: { code: 'NoAnswer', message: expect.stringContaining('No worker answered within 5 s') as string },
  });
});

test('a batch that is not there or has ended is exit code 4, a refusal of the cloud exit code 7', () => {
  const id = 'provision-users/z-1/b-1';
  expect(reportOf(new BatchNotFoundError(id))).toEqual({
    exitCode: 4,
    error: {
      code: 'BatchNotFound',
      message: `There is no batch ${id} in this namespace: start it with provision or deprovision`,
    },
  });
  expect(reportOf(new BatchEndedError(id))).toMatchObject({ exitCode: 4, error: { code: 'BatchEnded' } });
  expect(reportOf(new UserSyncsUnreadableError('z-1', 'FailedOperation.ZoneIdNotExist: no such zone'))).toEqual({
    exitCode: 7,
    error: {
      code: 'UserSyncsUnreadable',
      message:
        'The user syncs of zone z-1 could not be read: FailedOperation.ZoneIdNotExist: no such zone. See what keeps the worker with "provisioning doctor"',
    },
  });
});

test('a command decides its own exit code', () => {
  expect(reportOf(new CommandError('no server', 8, 'CannotConnect'))).toEqual({
    exitCode: 8,
    error: { code: 'CannotConnect', message: 'no server' },
  });
});

test.each([[new Error('what?')], ['what?']])('anything else is exit code 1: %p', (thrown) => {
  expect(reportOf(thrown)).toEqual({ exitCode: 1, error: { code: 'Unexpected', message: 'what?' } });
});
