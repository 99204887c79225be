import { DefaultFailureConverter, type FailureConverter } from '@temporalio/common';

/**
 * Puts the message and the stack of failures into a payload, which the codec encrypts. Loaded by its path in the worker,
 * in clients and in the sandbox of workflows, so it imports nothing else.
 */
export const failureConverter: FailureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
