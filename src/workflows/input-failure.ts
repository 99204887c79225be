import { ApplicationFailure } from '@temporalio/workflow';

import { INVALID_INPUT_TYPE, InvalidInputError } from '../contract';

/** Makes the failure of an input: its message has all faults in a row, its details have one each. */
export function inputFailure(faults: readonly string[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(new InvalidInputError(faults).message, INVALID_INPUT_TYPE, ...faults);
}
