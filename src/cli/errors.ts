import {
  BatchEndedError,
  BatchNotFoundError,
  FollowEndedError,
  InvalidInputError,
  NoAnswerError,
  NotFollowedError,
  UserSyncsUnreadableError,
} from '../client';
import { ConfigurationError } from '../config/configuration-error';
import { UnreadablePayloadError } from '../encryption/encryption-codec';
import { messageOf } from '../sentences';

import { EXIT_CODES } from './exit-codes';
import { printJson } from './output';
import { printable } from './printable';

/** A failure with the exit code that it deserves. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly exitCode: number,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a person and a script get to know about a failed command. */
export interface ErrorReport {
  exitCode: number;
  error: { code: string; message: string; faults?: readonly string[] };
}

/** Turns whatever a command threw into its report. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof InvalidInputError) {
    const { message, faults } = error;
    return { exitCode: EXIT_CODES.badInput, error: { code: 'InvalidInput', message, faults } };
  }
  if (error instanceof ConfigurationError) {
    const { message, faults } = error;
    return { exitCode: EXIT_CODES.badInput, error: { code: 'Configuration', message, faults } };
  }
  if (error instanceof UnreadablePayloadError) {
    return { exitCode: EXIT_CODES.badInput, error: { code: 'UnreadablePayload', message: error.message } };
  }
  if (error instanceof NotFollowedError) {
    return { exitCode: EXIT_CODES.notFound, error: { code: 'NotFollowed', message: error.message } };
  }
  if (error instanceof FollowEndedError) {
    return { exitCode: EXIT_CODES.notFound, error: { code: 'FollowEnded', message: error.message } };
  }
  if (error instanceof BatchNotFoundError) {
    return { exitCode: EXIT_CODES.notFound, error: { code: 'BatchNotFound', message: error.message } };
  }
  if (error instanceof BatchEndedError) {
    return { exitCode: EXIT_CODES.notFound, error: { code: 'BatchEnded', message: error.message } };
  }
  if (error instanceof UserSyncsUnreadableError) {
    return { exitCode: EXIT_CODES.rejected, error: { code: 'UserSyncsUnreadable', message: error.message } };
  }
  if (error instanceof NoAnswerError) {
    return { exitCode: EXIT_CODES.stillWaiting, error: { code: 'NoAnswer', message: error.message } };
  }
  if (error instanceof CommandError) {
    return { exitCode: error.exitCode, error: { code: error.code, message: error.message } };
  }
  return { exitCode: EXIT_CODES.unexpected, error: { code: 'Unexpected', message: messageOf(error) } };
}

/** Writes the report: JSON on stdout where a script reads, sentences on stderr where a person does. */
export function printError({ error }: ErrorReport, json: boolean): void {
  if (json) {
    printJson({ error });
    return;
  }
  const text = error.faults
    ? ['Bad input:', ...error.faults.map((fault) => `  - ${fault}`)]
    : error.message.split('\n');
  process.stderr.write(`${text.map(printable).join('\n')}\n`);
}

/** Throws every fault at once, when there is any. */
export function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new InvalidInputError(faults);
}
