import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../emulator';
import { installPythonTools } from '../support/python-tools';

const tools = installPythonTools('official-clients', [
  'tccli==3.1.189.1',
  'tencentcloud-sdk-python-organization==3.1.193',
]);
if ('missing' in tools) process.stderr.write(`Skipping the official clients: ${tools.missing}\n`);
const testWithTools = 'bin' in tools ? test : test.skip;

const SDK_CALL = `
import json, os, sys
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.organization.v20210331 import models, organization_client

endpoint, zone_id, task_id = sys.argv[1:]
key = credential.Credential(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])
profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=endpoint))
request = models.GetProvisioningTaskStatusRequest()
request.ZoneId, request.TaskId = zone_id, task_id
try:
    answer = organization_client.OrganizationClient(key, "", profile).GetProvisioningTaskStatus(request)
    print(answer.to_json_string())
except TencentCloudSDKException as error:
    print(json.dumps({"code": error.code, "message": error.message, "requestId": error.requestId}))
`;

const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('official clients against the emulator', () => {
  let emulator: Emulator;
  let home: string;

  beforeAll(async () => {
    emulator = await startEmulator();
    home = await mkdtemp(path.join(tmpdir(), 'official-clients-'));
    emulator.setTask('z-1', 't-1', { answers: [{ status: 'Failed', failureReason: '部署失败' }] });
  });

  afterAll(async () => {
    await emulator.close();
    await rm(home, { recursive: true, force: true });
  });

  function run(command: string, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    if (!('bin' in tools)) throw new Error(tools.missing);
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      PYTHONIOENCODING: 'utf-8',
      TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
      TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
    };
    return new Promise((resolve) => {
      execFile(path.join(tools.bin, command), args, { env }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
    });
  }

  const tccli = (taskId: string): ReturnType<typeof run> =>
    run('tccli', [
      ...['organization', 'GetProvisioningTaskStatus', '--region', 'ap-guangzhou', '--endpoint', emulator.url],
      ...['--ZoneId', 'z-1', '--TaskId', taskId],
    ]);
  const sdk = async (taskId: string): Promise<unknown> => {
    const { stdout } = await run('python3', ['-c', SDK_CALL, `127.0.0.1:${emulator.port}`, 'z-1', taskId]);
    return JSON.parse(stdout);
  };

  testWithTools('tccli prints the documented JSON for a known task', async () => {
    const { code, stdout } = await tccli('t-1');
    expect(JSON.parse(stdout)).toEqual({
      TaskStatus: { Status: 'Failed', TaskId: 't-1', TaskType: 'StartProvisioning', FailureReason: '部署失败' },
      RequestId: expect.stringMatching(REQUEST_ID) as string,
    });
    expect(code).toBe(0);
  });

  testWithTools('tccli prints the documented error for an unknown task', async () => {
    const { code, stdout, stderr } = await tccli('t-unknown');
    expect(stdout + stderr).toContain(
      '[TencentCloudSDKException] code:ResourceNotFound.UserProvisioningTaskNotFound message:The user synchronization task does not exist. requestId:',
    );
    expect(code).toBe(255);
  });

  testWithTools('the Python SDK reads a known task', async () => {
    await expect(sdk('t-1')).resolves.toEqual({
      TaskStatus: { Status: 'Failed', TaskId: 't-1', TaskType: 'StartProvisioning', FailureReason: '部署失败' },
      RequestId: expect.stringMatching(REQUEST_ID) as string,
    });
  });

  testWithTools('the Python SDK raises the documented error for an unknown task', async () => {
    await expect(sdk('t-unknown')).resolves.toEqual({
      code: 'ResourceNotFound.UserProvisioningTaskNotFound',
      message: 'The user synchronization task does not exist.',
      requestId: expect.stringMatching(REQUEST_ID) as string,
    });
  });
});
