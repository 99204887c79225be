import { answerTimes, type AnswerTimes } from './answer-headers';
import type { CallDeadline } from './call-deadline';
import type { CallQuota } from './call-quota';
import { createCallSpan } from './call-span';
import type { Credentials } from './credentials/credentials';
import { CLIENT_ERRORS, TencentCloudError } from './errors';
import { readJson, writeJson } from './exact-json';
import { NO_OBSERVER, type CloudObserver } from './observer';
import { watchRequest } from './request-watch';
import type { ServerClock } from './server-clock';
import { signRequest } from './sign';
import type { HttpAnswer, Transport } from './transport';

/** One API of the cloud, and the way to it. */
export interface ApiOptions {
  /** Product in the scope of the signature. */
  service: 'organization' | 'sts';
  version: string;
  /** `https://host[:port]`. */
  endpoint: string;
  /** Sent as X-TC-Region. */
  region?: string | undefined;
  /** Language of the cloud's messages. Default `en-US`. */
  language?: 'en-US' | 'zh-CN' | undefined;
  transport: Transport;
  clock: ServerClock;
  /** Default: nobody is told. */
  observer?: CloudObserver | undefined;
}

/** A `Response` without an Error. */
export interface ApiAnswer {
  response: Readonly<Record<string, unknown>>;
  httpStatus: number;
  requestId?: string;
  /** By the Date header, epoch seconds. */
  serverTimeSeconds?: number;
}

/** How a request is sent. */
export interface Sending {
  /** Waited for outside the deadline. Default: none. */
  quota?: CallQuota | undefined;
  /** The action changes something, so that it is never sent again without an answer. Default false. */
  isWrite?: boolean;
}

/**
 * Sends one request: no retry, no healing. Integers of 64 bits are exact, see {@link readJson} and {@link writeJson}.
 *
 * @param credentials - `skip` sends it unsigned, for an action that takes a token of its own
 * @throws TencentCloudError with the cloud's code, or a `ClientError.…`
 */
export type CallApi = (
  action: string,
  parameters: object,
  credentials: Credentials | 'skip',
  deadline: CallDeadline,
  sending?: Sending,
) => Promise<ApiAnswer>;

const CONTENT_TYPE = 'application/json';
// What the cloud says ends in workflow histories, search attributes and memos, all of which have bounds; its own words
// are far shorter.
const MAX_MESSAGE_LENGTH = 2_000;
/** The longest code, status, id or type that is kept whole. */
export const MAX_NAME_LENGTH = 128;

/** Makes calls of one API of the cloud. */
export function createApi(options: ApiOptions): CallApi {
  const { service, version, endpoint, region, language = 'en-US', transport, clock, observer = NO_OBSERVER } = options;
  const url = new URL('/', endpoint);
  // Without its port: the official signer signs the name alone, and the cloud verifies against Host as received.
  const host = url.hostname;
  return async (action, parameters, credentials, deadline, { quota, isWrite } = {}) => {
    const body = writeJson(parameters);
    const timestampSeconds = clock.nowSeconds();
    const token = credentials === 'skip' ? undefined : credentials.token;
    const headers: Record<string, string> = {
      Host: host,
      'Content-Type': CONTENT_TYPE,
      Authorization:
        credentials === 'skip'
          ? 'SKIP'
          : signRequest({ ...credentials, host, contentType: CONTENT_TYPE, body, timestampSeconds, service }),
      'X-TC-Action': action,
      'X-TC-Version': version,
      'X-TC-Timestamp': String(timestampSeconds),
      'X-TC-Language': language,
      ...(token && { 'X-TC-Token': token }),
      ...(region && { 'X-TC-Region': region }),
    };
    const secrets = credentials === 'skip' ? [] : [credentials.secretId, credentials.secretKey, token];
    const watch = watchRequest(action, quota, observer);
    const span = createCallSpan(service, action, url);
    const turn = async (signal: AbortSignal): Promise<() => void> => {
      const answered = await watch.turn(signal);
      span.sent();
      return answered;
    };
    try {
      const sent = await transport.send({ method: 'POST', url, headers, body, turn, isWrite }, deadline);
      const answer = readEnvelope(sent, (text) => withoutSecrets(text, secrets));
      watch.ended(answer);
      span.answered(answer);
      return answer;
    } catch (error) {
      if (error instanceof Error) watch.ended(error);
      span.failed(error);
      if (error instanceof TencentCloudError && error.errorClass === 'throttled') quota?.throttled(error.code);
      throw error;
    }
  };
}

/** Reads the envelope at any HTTP status: no page says which one an API error has. */
function readEnvelope(
  { status: httpStatus, headers, body }: HttpAnswer,
  hideSecrets: (text: string) => string,
): ApiAnswer {
  const times = answerTimes(headers);
  const envelope = parseObject(body);
  const response = envelope && asObject(envelope.Response);
  const requestId = response && textOf(response.RequestId, MAX_NAME_LENGTH);
  const answered = { httpStatus, ...(requestId && { requestId }), ...times };
  const error = response?.Error;
  if (error !== undefined && error !== null) {
    const { Code: code, Message: message } = asObject(error) ?? {};
    if (!isName(code)) throw malformedAnswer('has an Error without a Code', answered);
    const told = textOf(hideSecrets(nonEmpty(message) ?? code), MAX_MESSAGE_LENGTH) ?? code;
    throw new TencentCloudError(code, told, answered);
  }
  if (response) return { ...answered, response };
  if (httpStatus !== 200) {
    const message = `The answer is no envelope of the API and has a failing status ${suffix(answered)}`;
    throw new TencentCloudError(CLIENT_ERRORS.httpStatus, message, answered);
  }
  throw malformedAnswer(envelope ? 'has no Response object' : 'is not a JSON object', answered);
}

/** Takes secrets out of what the cloud says: a refusal may quote the token that it refuses. */
export function withoutSecrets(text: string, secrets: readonly (string | undefined)[]): string {
  return secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '…') : rest), text);
}

/** Words an answer that the API's page does not describe. */
export function malformedAnswer(
  fault: string,
  answered: { httpStatus: number; requestId?: string } & AnswerTimes,
): TencentCloudError {
  const message = `The API's answer ${fault} ${suffix(answered)}`;
  return new TencentCloudError(CLIENT_ERRORS.malformedAnswer, message, answered);
}

function suffix({ httpStatus, requestId }: { httpStatus: number; requestId?: string }): string {
  return `(HTTP ${httpStatus}${requestId ? `, request ${requestId}` : ''})`;
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    return asObject(readJson(json));
  } catch {
    return undefined;
  }
}

/** Returns a JSON object, undefined for any other value. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Tells whether a value is a short text with something in it, as codes and statuses are. */
export function isName(value: unknown): value is string {
  const text = nonEmpty(value);
  return text !== undefined && text.isWellFormed() && text.length <= MAX_NAME_LENGTH;
}

/**
 * Returns a text that can be stored: well-formed, since Temporal's wire takes nothing else, and cut to a length.
 *
 * @returns undefined for any other value than a string with something in it
 */
export function textOf(value: unknown, maxLength: number): string | undefined {
  const text = nonEmpty(value);
  if (text === undefined) return undefined;
  const short = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return short.toWellFormed();
}

/** Returns a string with something in it, undefined for any other value. */
export function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
