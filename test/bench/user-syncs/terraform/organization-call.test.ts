import { openOrganizationCall } from '../../../../bench/user-syncs/terraform/organization-call';
import { DEMO_ACCOUNT, startEmulator, type Answer, type Emulator } from '../../../../emulator';

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.close());

function readStatus(answer: Answer): Promise<unknown> {
  emulator.setTask('z-1', 't-1', { answers: [answer] });
  const call = openOrganizationCall({
    PROVISIONING_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
  });
  return call('GetProvisioningTaskStatus', { ZoneId: 'z-1', TaskId: 't-1' });
}

it('gives the response to a signed request', async () => {
  await expect(readStatus({ status: 'InProgress' })).resolves.toMatchObject({ TaskStatus: { Status: 'InProgress' } });
});

it.each<[string, Answer]>([
  ['InternalError', { error: { code: 'InternalError' } }],
  ['ClientError.NetworkError', { drop: true }],
  ['ClientError.ParseJsonError', { httpStatus: 502, rawBody: '<html>Bad Gateway</html>' }],
  ['ClientError.HttpStatusCodeError', { httpStatus: 502, body: {} }],
])('fails with %s, after one request', async (code, answer) => {
  await expect(readStatus(answer)).rejects.toMatchObject({ code });
  expect(emulator.requests()).toHaveLength(1);
});
