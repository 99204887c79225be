import type { TaskStatusAnswer, TaskStatusRequest } from '../contract';

import type { Credentials, CredentialSource } from './credentials';
import { checkCredentials } from './credentials';
import { DEFAULT_ENDPOINT, validateEndpoint } from './endpoint';
import { CLIENT_ERRORS, TencentCloudError } from './errors';
import { signRequest } from './sign';
import type { HttpAnswer, Transport } from './transport';

/** Options of {@link createOrganizationClient}. */
export interface OrganizationClientOptions {
  /** `https://host[:port]`. Default {@link DEFAULT_ENDPOINT}. */
  endpoint?: string;
  credentials: CredentialSource;
  /** Sent as X-TC-Region. Default none: this API takes no region. */
  region?: string | undefined;
  /** Language of the cloud's messages. Default `en-US`. */
  language?: 'en-US' | 'zh-CN';
  /** Closed with the client. */
  transport: Transport;
  /** The clock that requests are signed by, in epoch milliseconds. Default `Date.now`. */
  now?: () => number;
}

/** The part of the Organization API that this project calls. */
export interface OrganizationClient {
  /**
   * Reads the status of one task: one request, no retry.
   *
   * Rejects with a TencentCloudError, or with the reason of `signal`.
   */
  getProvisioningTaskStatus(request: TaskStatusRequest, signal?: AbortSignal): Promise<TaskStatusAnswer>;
  /** Closes the transport. */
  close(): Promise<void>;
}

const ACTION = 'GetProvisioningTaskStatus';
const VERSION = '2021-03-31';
const CONTENT_TYPE = 'application/json';
// Messages end in workflow histories; the cloud's own are far shorter.
const MAX_MESSAGE_LENGTH = 2_000;

/**
 * Makes a client of the Organization API.
 *
 * @throws Error naming every fault of the endpoint
 */
export function createOrganizationClient(options: OrganizationClientOptions): OrganizationClient {
  const { endpoint = DEFAULT_ENDPOINT, credentials, region, language = 'en-US', transport, now = Date.now } = options;
  const faults = validateEndpoint(endpoint);
  if (faults.length > 0) throw new Error(`Invalid endpoint: ${faults.join('; ')}`);
  const url = new URL('/', endpoint);
  // Without its port: the official signer signs the name alone, and the cloud verifies against Host as received.
  const host = url.hostname;
  return {
    async getProvisioningTaskStatus({ zoneId, taskId }, signal) {
      signal?.throwIfAborted();
      const { secretId, secretKey, token } = await resolve(credentials);
      const body = JSON.stringify({ ZoneId: zoneId, TaskId: taskId });
      const timestampSeconds = Math.floor(now() / 1000);
      const headers: Record<string, string> = {
        Host: host,
        'Content-Type': CONTENT_TYPE,
        Authorization: signRequest({
          secretId,
          secretKey,
          host,
          contentType: CONTENT_TYPE,
          body,
          timestampSeconds,
        }),
        'X-TC-Action': ACTION,
        'X-TC-Version': VERSION,
        'X-TC-Timestamp': String(timestampSeconds),
        'X-TC-Language': language,
        ...(token && { 'X-TC-Token': token }),
        ...(region && { 'X-TC-Region': region }),
      };
      return readTaskStatus(await transport.post({ url, headers, body, signal }));
    },
    close: () => transport.close(),
  };
}

async function resolve(source: CredentialSource): Promise<Credentials> {
  let credentials: Credentials;
  try {
    credentials = await source();
  } catch (cause) {
    if (cause instanceof TencentCloudError) throw cause;
    const message = 'The source of the credentials failed';
    throw new TencentCloudError(CLIENT_ERRORS.credentialsUnavailable, message, { cause });
  }
  checkCredentials(credentials);
  return credentials;
}

/** Reads the envelope at any HTTP status: no page says which one an API error has. */
function readTaskStatus({ status: httpStatus, body }: HttpAnswer): TaskStatusAnswer {
  const envelope = parseObject(body);
  const response = envelope && asObject(envelope.Response);
  const requestId = response && text(response.RequestId);
  const fail = (code: string, message: string): never => {
    const suffix = `(HTTP ${httpStatus}${requestId ? `, request ${requestId}` : ''})`;
    throw new TencentCloudError(code, `${message} ${suffix}`, { httpStatus, requestId });
  };
  const malformed = (fault: string): never => fail(CLIENT_ERRORS.malformedAnswer, `The API's answer ${fault}`);

  const error = response?.Error;
  if (error !== undefined && error !== null) {
    const code = text(asObject(error)?.Code);
    if (!code) return malformed('has an Error without a Code');
    const message = (text(asObject(error)?.Message) ?? code).slice(0, MAX_MESSAGE_LENGTH);
    throw new TencentCloudError(code, message, { httpStatus, requestId });
  }
  if (httpStatus !== 200 && !response) {
    return fail(CLIENT_ERRORS.httpStatus, 'The answer is no envelope of the API and has a failing status');
  }
  if (!envelope) return malformed('is not a JSON object');
  if (!response) return malformed('has no Response object');
  const taskStatus = asObject(response.TaskStatus);
  if (!taskStatus) return malformed('has no TaskStatus object');
  const status = text(taskStatus.Status);
  if (!status) return malformed('has a TaskStatus whose Status is not a non-empty string');
  const { TaskId: taskId, TaskType: taskType, FailureReason: failureReason } = taskStatus;
  return {
    status,
    ...(typeof taskId === 'string' && { taskId }),
    ...(typeof taskType === 'string' && { taskType }),
    ...(typeof failureReason === 'string' && { failureReason }),
    ...(requestId && { requestId }),
  };
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
