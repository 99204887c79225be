import { fixedCredentials, signRequest } from '../../src/tencent';
import type { Credentials, CredentialSource } from '../../src/tencent';

import { clientOf, closeAll, failureOf, failureWith, GOOD, kept, KEY, REQUEST, serve } from './calls';
import { answerJson } from './fake-server';

const BODY = '{"ZoneId":"z-djw98wnd0000","TaskId":"t-d8wjd8j30000"}';

afterEach(closeAll);

describe('requests', () => {
  it('sends exactly the documented headers and body, signed for the host as sent', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    await clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST);
    expect(fake.received).toEqual([
      {
        method: 'POST',
        url: '/',
        body: BODY,
        headers: {
          host: '127.0.0.1',
          connection: 'keep-alive',
          'content-length': String(BODY.length),
          'content-type': 'application/json',
          authorization: signRequest({
            ...KEY,
            host: '127.0.0.1',
            contentType: 'application/json',
            body: BODY,
            timestampSeconds: 1551113065,
            service: 'organization',
          }),
          'x-tc-action': 'GetProvisioningTaskStatus',
          'x-tc-version': '2021-03-31',
          'x-tc-timestamp': '1551113065',
          'x-tc-language': 'en-US',
        },
      },
    ]);
  });

  it('sends the token of temporary credentials, asked anew for each request, and a configured region', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    let turn = 0;
    const get = (): Promise<Credentials> => Promise.resolve({ ...KEY, token: `token-${(turn += 1)}` });
    const credentials: CredentialSource = { description: 'a test', get, renew: get };
    const client = clientOf(fake.endpoint, { credentials, region: 'ap-singapore' });
    await client.getProvisioningTaskStatus(REQUEST);
    await client.getProvisioningTaskStatus(REQUEST);
    expect(fake.received.map(({ headers }) => headers['x-tc-token'])).toEqual(['token-1', 'token-2']);
    expect(fake.received[0]?.headers['x-tc-region']).toBe('ap-singapore');
  });

  it.each([{ secretId: '' }, { secretKey: '' }])('refuses empty credentials before sending: %o', async (empty) => {
    const fake = await serve((response) => answerJson(response, GOOD));
    const client = clientOf(fake.endpoint, { credentials: fixedCredentials({ ...KEY, ...empty }) });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.MissingCredentials', errorClass: 'needsPerson' });
    expect(fake.received).toEqual([]);
  });

  it('tells when the source of the credentials fails', async () => {
    const cause = new Error('metadata is down');
    const get = (): Promise<never> => Promise.reject(cause);
    const client = clientOf('http://127.0.0.1:1', { credentials: { description: 'a test', get, renew: get } });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.CredentialsUnavailable', errorClass: 'transient', cause });
  });

  it('reuses its connection', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    const client = clientOf(fake.endpoint);
    for (let i = 0; i < 5; i += 1) {
      await client.getProvisioningTaskStatus(REQUEST);
      await kept();
    }
    expect(fake.connections()).toBe(1);
  });

  it('refuses a bad endpoint at once', () => {
    expect(() => clientOf('http://organization.tencentcloudapi.com')).toThrow(/Invalid endpoint/);
  });
});

describe('answers', () => {
  it('gives the task status verbatim, an empty reason too', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    await expect(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST)).resolves.toEqual({
      status: 'Success',
      taskId: 'z-dnsudniw',
      taskType: 'StartProvisioning',
      failureReason: '',
      requestId: 'e297543a-80de',
    });
  });

  it('keeps unknown statuses and reasons', async () => {
    const TaskStatus = { Status: 'Sleeping', FailureReason: '部署失败', TaskType: null };
    const fake = await serve((response) => answerJson(response, { Response: { TaskStatus } }));
    await expect(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST)).resolves.toEqual({
      status: 'Sleeping',
      failureReason: '部署失败',
    });
  });

  it.each([200, 403, 500])('reads an API error at HTTP %d', async (httpStatus) => {
    const Response = { Error: { Code: 'AuthFailure.TokenFailure', Message: 'token error' }, RequestId: 'r-1' };
    expect(await failureWith((response) => answerJson(response, { Response }, httpStatus))).toMatchObject({
      code: 'AuthFailure.TokenFailure',
      errorClass: 'healing',
      message: 'token error',
      requestId: 'r-1',
      httpStatus,
    });
  });

  it('tells no secret that a refusal quotes', async () => {
    const Message = `the token tok-1 of key ${KEY.secretKey} is over, tok-1!`;
    const fake = await serve((response) =>
      answerJson(response, { Response: { Error: { Code: 'AuthFailure.MFAFailure', Message } } }),
    );
    const client = clientOf(fake.endpoint, { credentials: fixedCredentials({ ...KEY, token: 'tok-1' }) });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error.message).toBe('the token … of key … is over, …!');
  });

  it.each([
    [2_000, 'x'.repeat(2_000)],
    [3_000, `${'x'.repeat(1_999)}…`],
  ])('keeps 2,000 characters of a message of %d', async (length, kept) => {
    const Response = { Error: { Code: 'InternalError', Message: 'x'.repeat(length) } };
    const error = await failureWith((response) => answerJson(response, { Response }));
    expect(error).toMatchObject({ code: 'InternalError', message: kept });
  });

  it('takes an HTML page for the failure of a gateway', async () => {
    const error = await failureWith((response) => response.writeHead(502).end('<html>Bad Gateway</html>'));
    expect(error).toMatchObject({ code: 'ClientError.HttpStatus', errorClass: 'transient', httpStatus: 502 });
  });

  it('reads a good envelope at any HTTP status', async () => {
    const fake = await serve((response) => answerJson(response, GOOD, 500));
    await expect(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({
      status: 'Success',
    });
  });

  it.each<[string, string, string]>([
    ['HTML', '<html></html>', 'is not a JSON object'],
    ['nothing', '', 'is not a JSON object'],
    ['null', 'null', 'is not a JSON object'],
    ['an empty object', '{}', 'has no Response'],
    ['a null Response', '{"Response":null}', 'has no Response'],
    ['no TaskStatus', '{"Response":{"RequestId":"r-2"}}', 'has no TaskStatus'],
    ['no Status', '{"Response":{"TaskStatus":{},"RequestId":"r-2"}}', 'whose Status'],
    ['an empty Status', '{"Response":{"TaskStatus":{"Status":""},"RequestId":"r-2"}}', 'whose Status'],
    ['a numeric Status', '{"Response":{"TaskStatus":{"Status":3},"RequestId":"r-2"}}', 'whose Status'],
    ['an Error without Code', '{"Response":{"Error":{},"RequestId":"r-2"}}', 'without a Code'],
  ])('calls %s malformed', async (_name, body, fault) => {
    const error = await failureWith((response) => response.end(body));
    expect(error).toMatchObject({ code: 'ClientError.MalformedAnswer', errorClass: 'transient', httpStatus: 200 });
    expect(error.message).toContain(fault);
    expect(error.message).toContain(body.includes('r-2') ? '(HTTP 200, request r-2)' : '(HTTP 200)');
  });
});
