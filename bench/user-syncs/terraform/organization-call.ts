import { asObject, createTransport, signRequest, TencentCloudError, withinDeadline } from '../../../src/tencent';

/** Sends one signed request and gives the `Response` of the answer; rejects with a TencentCloudError. */
export type OrganizationCall = (action: string, parameters: object) => Promise<Readonly<Record<string, unknown>>>;

const CONTENT_TYPE = 'application/json';
const HTTP_TIMEOUT_MS = 300_000;

/**
 * Makes calls that fail as those of the cloud's Go SDK do, with the `ClientError.…` codes that the provider's list of
 * retried ones is about: without healing, and never sent again by themselves.
 *
 * @param env - PROVISIONING_ENDPOINT, and the key in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY
 */
export function openOrganizationCall(env: NodeJS.ProcessEnv): OrganizationCall {
  const { PROVISIONING_ENDPOINT: endpoint, TENCENTCLOUD_SECRET_ID: secretId = '' } = env;
  const { TENCENTCLOUD_SECRET_KEY: secretKey = '' } = env;
  const url = new URL('/', endpoint);
  const host = url.hostname;
  const transport = createTransport();
  return async (action, parameters) => {
    const body = JSON.stringify(parameters);
    const timestampSeconds = Math.floor(Date.now() / 1000);
    const signed = { host, contentType: CONTENT_TYPE, body, timestampSeconds, service: 'organization' };
    const headers = {
      Host: host,
      'Content-Type': CONTENT_TYPE,
      Authorization: signRequest({ ...signed, secretId, secretKey }),
      'X-TC-Action': action,
      'X-TC-Version': '2021-03-31',
      'X-TC-Timestamp': String(timestampSeconds),
    };
    const answer = await withinDeadline(HTTP_TIMEOUT_MS, undefined, (deadline) =>
      transport.send({ method: 'POST', url, headers, body, isWrite: true }, deadline),
    ).catch((cause: unknown) => {
      throw new TencentCloudError('ClientError.NetworkError', `${action} got no answer`, { cause });
    });
    return readResponse(answer);
  };
}

function readResponse({ status, body }: { status: number; body: string }): Readonly<Record<string, unknown>> {
  const response = asObject(parse(body).Response) ?? {};
  const { Code: code, Message: message } = asObject(response.Error) ?? {};
  if (typeof code === 'string') throw new TencentCloudError(code, String(message));
  if (status !== 200) throw new TencentCloudError('ClientError.HttpStatusCodeError', `HTTP ${status}`);
  return response;
}

function parse(body: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(body)) ?? {};
  } catch (cause) {
    throw new TencentCloudError('ClientError.ParseJsonError', 'The answer is no JSON', { cause });
  }
}
