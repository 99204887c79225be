import { status } from '@grpc/grpc-js';
import { isGrpcServiceError, QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';

import { VARIABLES } from '../config/variables';
import { namespaceIsMissing, noServerAnswers } from '../sentences';

import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';

/** The Temporal server that a command talks to. */
export interface Server {
  /** `host:port`. */
  address: string;
  namespace: string;
}

/** The SDK's words where a failure converter has encoded the real ones, which a client does not decode in the answer of a query. */
const ENCODED_FAILURE = 'Encoded failure';
const FILTER_EXAMPLE = `--query "ProvisioningPhase = 'Blocked'"`;

/** Turns what the Temporal server refused into a sentence with the next step; anything else is returned as it is. */
export function explained(error: unknown, { address, namespace }: Server): unknown {
  const failure = (message: string, exitCode: number, code: string): CommandError =>
    new CommandError(message, exitCode, code, { cause: error });
  if (error instanceof NamespaceNotFoundError) {
    return failure(namespaceIsMissing(namespace), EXIT_CODES.badInput, 'NamespaceMissing');
  }
  if (error instanceof QueryNotRegisteredError && error.message === ENCODED_FAILURE) {
    const next = `Its log tells why; often it lacks a key of ${VARIABLES.encryptionKeys}`;
    return failure(
      `The worker could not answer, and its reason is encrypted. ${next}`,
      EXIT_CODES.stillWaiting,
      'NoAnswer',
    );
  }
  const refusal = refusalOf(error);
  if (!refusal) return error;
  const server = `The Temporal server at ${address} (namespace "${namespace}")`;
  switch (refusal.code) {
    case status.UNAVAILABLE:
      return failure(`${noServerAnswers(address)} (${refusal.words})`, EXIT_CODES.cannotConnect, 'CannotConnect');
    case status.PERMISSION_DENIED:
    case status.UNAUTHENTICATED: {
      const next = 'Check TEMPORAL_API_KEY, or the certificates that TEMPORAL_TLS_* name';
      return failure(
        `${server} does not let this command in: ${refusal.words}. ${next}`,
        EXIT_CODES.cannotConnect,
        'NotAllowed',
      );
    }
    case status.RESOURCE_EXHAUSTED: {
      const next = 'Try again in a minute, with fewer follows at once';
      return failure(`${server} is too busy: ${refusal.words}. ${next}`, EXIT_CODES.cannotConnect, 'ServerBusy');
    }
    case status.DEADLINE_EXCEEDED: {
      const next = 'Try again, or see what keeps it with "provisioning doctor"';
      return failure(
        `${server} gave no answer in time: ${refusal.words}. ${next}`,
        EXIT_CODES.stillWaiting,
        'NoAnswer',
      );
    }
    default:
      return failure(`${server} refused the call: ${refusal.words}`, EXIT_CODES.cannotConnect, 'ServerRefused');
  }
}

/** Turns the refusal of a list filter into a sentence that quotes the server; anything else is returned as it is. */
export function explainedFilter(error: unknown): unknown {
  const refusal = refusalOf(error);
  if (refusal?.code !== status.INVALID_ARGUMENT) return error;
  const message = `The Temporal server cannot read the list filter: ${refusal.words}. A filter looks like ${FILTER_EXAMPLE}`;
  return new CommandError(message, EXIT_CODES.badInput, 'BadFilter', { cause: error });
}

/** Returns code and words of a server's refusal; undefined when it is something else. */
function refusalOf(error: unknown): { code: number | undefined; words: string } | undefined {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (isGrpcServiceError(cause)) return { code: cause.code, words: cause.details || cause.message };
  if (error instanceof ServiceError) return { code: undefined, words: error.message };
  return undefined;
}
