import { InvalidInputError, NotFollowedError } from '../client';
import { ConfigurationError } from '../config/configuration-error';
import { messageOf } from '../sentences';

import { EXIT_CODES } from './exit-codes';

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
  if (error instanceof NotFollowedError) {
    return { exitCode: EXIT_CODES.notFound, error: { code: 'NotFollowed', message: error.message } };
  }
  if (error instanceof CommandError) {
    return { exitCode: error.exitCode, error: { code: error.code, message: error.message } };
  }
  return { exitCode: EXIT_CODES.unexpected, error: { code: 'Unexpected', message: messageOf(error) } };
}

/** Writes the report: JSON on stdout where a script reads, sentences on stderr where a person does. */
export function printError({ error }: ErrorReport, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ error })}\n`);
    return;
  }
  const lines = error.faults?.map((fault) => `  - ${fault}`) ?? [];
  process.stderr.write(`${[lines.length > 0 ? 'Nothing was started:' : error.message, ...lines].join('\n')}\n`);
}
