import type { ErrorClass } from '../contract';

import { findErrorEntry } from './error-table';

/** Codes of failures seen on this side of the wire; each has a row in the table of errors. */
export const CLIENT_ERRORS = {
  bodyTooLarge: 'ClientError.BodyTooLarge',
  connectionRefused: 'ClientError.ConnectionRefused',
  connectionReset: 'ClientError.ConnectionReset',
  credentialsRefused: 'ClientError.CredentialsRefused',
  credentialsUnavailable: 'ClientError.CredentialsUnavailable',
  dnsFailure: 'ClientError.DnsFailure',
  httpStatus: 'ClientError.HttpStatus',
  malformedAnswer: 'ClientError.MalformedAnswer',
  malformedCredentials: 'ClientError.MalformedCredentials',
  missingCredentials: 'ClientError.MissingCredentials',
  networkError: 'ClientError.NetworkError',
  proxyFailure: 'ClientError.ProxyFailure',
  redirect: 'ClientError.Redirect',
  timeout: 'ClientError.Timeout',
  tlsFailure: 'ClientError.TlsFailure',
} as const;

/** What is known of a failed call besides its code and message. */
export interface TencentCloudErrorDetails {
  requestId?: string | undefined;
  httpStatus?: number | undefined;
  /** From the answer's Retry-After. */
  retryAfterSeconds?: number | undefined;
  /** The server's clock at its answer, from the Date header, in epoch seconds. */
  serverTimeSeconds?: number | undefined;
  cause?: unknown;
}

/** A failed call: an error that the API answered, or a `ClientError.…` when no good answer was had. Holds no secret. */
export class TencentCloudError extends Error {
  override readonly name: string = 'TencentCloudError';
  /** The cloud's code verbatim, or one of {@link CLIENT_ERRORS}. */
  readonly code: string;
  readonly errorClass: ErrorClass;
  /** What a person should do. */
  readonly advice: string;
  /** Of a call that writes: it may have been done all the same. */
  readonly mayHaveRun: boolean;
  readonly requestId?: string;
  readonly httpStatus?: number;
  /** So long no further call should be made: the longer of Retry-After and what the kind of throttling needs. */
  readonly retryAfterSeconds?: number;
  readonly serverTimeSeconds?: number;

  /**
   * @param code - its row in the table of errors decides class, advice, wait and what is left open
   * @param message - one sentence for a person
   */
  constructor(code: string, message: string, details: TencentCloudErrorDetails = {}) {
    const { requestId, httpStatus, retryAfterSeconds = 0, serverTimeSeconds, cause } = details;
    super(message, cause === undefined ? undefined : { cause });
    const { errorClass, advice, mayHaveRun = false, waitSeconds = 0 } = findErrorEntry(code);
    this.code = code;
    this.errorClass = errorClass;
    this.advice = advice;
    this.mayHaveRun = mayHaveRun;
    if (requestId !== undefined) this.requestId = requestId;
    if (httpStatus !== undefined) this.httpStatus = httpStatus;
    const wait = Math.max(waitSeconds, retryAfterSeconds);
    if (wait > 0) this.retryAfterSeconds = wait;
    if (serverTimeSeconds !== undefined) this.serverTimeSeconds = serverTimeSeconds;
  }
}
