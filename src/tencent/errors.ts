import type { ErrorClass } from '../contract';

import { classifyErrorCode } from './error-classes';

/** Codes of failures seen on this side of the wire. */
export const CLIENT_ERRORS = {
  timeout: 'ClientError.Timeout',
  networkError: 'ClientError.NetworkError',
  bodyTooLarge: 'ClientError.BodyTooLarge',
  redirect: 'ClientError.Redirect',
  httpStatus: 'ClientError.HttpStatus',
  malformedAnswer: 'ClientError.MalformedAnswer',
  missingCredentials: 'ClientError.MissingCredentials',
  malformedCredentials: 'ClientError.MalformedCredentials',
  credentialsUnavailable: 'ClientError.CredentialsUnavailable',
} as const;

/** What is known of a failed call besides its code and message. */
export interface TencentCloudErrorDetails {
  requestId?: string | undefined;
  httpStatus?: number | undefined;
  cause?: unknown;
}

/** A failed call: an error that the API answered, or a `ClientError.…` when no good answer was had. Holds no secret. */
export class TencentCloudError extends Error {
  override readonly name: string = 'TencentCloudError';
  /** The cloud's code verbatim, or one of {@link CLIENT_ERRORS}. */
  readonly code: string;
  readonly errorClass: ErrorClass;
  readonly requestId?: string;
  readonly httpStatus?: number;

  /**
   * @param code - decides {@link errorClass}
   * @param message - one sentence for a person
   */
  constructor(code: string, message: string, { requestId, httpStatus, cause }: TencentCloudErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errorClass = classifyErrorCode(code);
    if (requestId !== undefined) this.requestId = requestId;
    if (httpStatus !== undefined) this.httpStatus = httpStatus;
  }
}
