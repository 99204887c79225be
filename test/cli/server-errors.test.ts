import { status } from '@grpc/grpc-js';
import { QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';

import { reportOf } from '../../src/cli/errors';
import { explained, explainedFilter } from '../../src/cli/server-errors';
import { UnreadablePayloadError } from '../../src/encryption';

const SERVER = { address: 'a:7233', namespace: 'prod' };

function refusal(code: number, details = 'its words'): ServiceError {
  const cause = Object.assign(new Error(`${code} ${details}`), { code, details, metadata: {} });
  return new ServiceError('Failed', { cause });
}

const SAYS = 'The Temporal server at a:7233 (namespace "prod")';

test.each<[unknown, number, string, string]>([
  [
    refusal(status.PERMISSION_DENIED),
    8,
    'NotAllowed',
    `${SAYS} does not let this command in: its words. Check TEMPORAL_API_KEY, or the certificates that TEMPORAL_TLS_* name`,
  ],
  [
    refusal(status.UNAUTHENTICATED).cause,
    8,
    'NotAllowed',
    `${SAYS} does not let this command in: its words. Check TEMPORAL_API_KEY, or the certificates that TEMPORAL_TLS_* name`,
  ],
  [
    refusal(status.RESOURCE_EXHAUSTED),
    8,
    'ServerBusy',
    `${SAYS} is too busy: its words. Try again in a minute, with fewer follows at once`,
  ],
  [
    refusal(status.DEADLINE_EXCEEDED),
    9,
    'NoAnswer',
    `${SAYS} gave no answer in time: its words. Try again, or see what keeps it with "provisioning doctor"`,
  ],
  [
    refusal(status.UNAVAILABLE),
    8,
    'CannotConnect',
    'No Temporal server answers at a:7233. Start one with "npm run up", or set TEMPORAL_ADDRESS to the server\'s host:port (its words)',
  ],
  [refusal(status.INTERNAL), 8, 'ServerRefused', `${SAYS} refused the call: its words`],
  [new ServiceError('odd'), 8, 'ServerRefused', `${SAYS} refused the call: odd`],
  [
    new NamespaceNotFoundError('prod'),
    2,
    'NamespaceMissing',
    'Namespace "prod" does not exist. Create it with: temporal operator namespace create --namespace prod',
  ],
  [
    new QueryNotRegisteredError('Encoded failure', status.INVALID_ARGUMENT),
    9,
    'NoAnswer',
    'The worker could not answer, and its reason is encrypted. Its log tells why; often it lacks a key of PROVISIONING_ENCRYPTION_KEYS',
  ],
  [new QueryNotRegisteredError('Other words', status.INVALID_ARGUMENT), 1, 'Unexpected', 'Other words'],
  [
    new UnreadablePayloadError('old', 'A payload is encrypted with the key "old"'),
    2,
    'UnreadablePayload',
    'A payload is encrypted with the key "old"',
  ],
  [new Error('a fault of ours'), 1, 'Unexpected', 'a fault of ours'],
])('what the server refuses has a next step: %p', (error, exitCode, code, message) => {
  expect(reportOf(explained(error, SERVER))).toEqual({ exitCode, error: { code, message } });
});

test('a list filter that cannot be read is quoted in the words of the server', () => {
  expect(reportOf(explainedFilter(refusal(status.INVALID_ARGUMENT, 'unknown field X')))).toEqual({
    exitCode: 2,
    error: {
      code: 'BadFilter',
      message:
        'The Temporal server cannot read the list filter: unknown field X. A filter looks like --query "ProvisioningPhase = \'Blocked\'"',
    },
  });
  const other = refusal(status.INTERNAL);
  expect(explainedFilter(other)).toBe(other);
});
