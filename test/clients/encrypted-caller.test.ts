import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { workflowId } from '../../src/client';
import { createWorld, type World } from '../e2e/world';
import { root } from '../support/project';
import { installPythonTools } from '../support/python-tools';
import { payloadsIn, rawRecordsOf } from '../support/raw-records';

const tools = installPythonTools('python-temporalio-encryption', ['temporalio==1.35.0', 'cryptography==50.0.2']);
if ('missing' in tools) process.stderr.write(`Skipping the encrypted caller in Python: ${tools.missing}\n`);
const testWithTools = 'bin' in tools ? test : test.skip;

const ZONE = 'z-encrypted';
const REASON = '部署失败: locked';
const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`;

/** Follows a task with the data converter of the guide, and tells how the wait for its end went. */
const CALLER = `
import asyncio, json, sys
from temporalio.client import Client, WorkflowFailureError

async def main():
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], data_converter=data_converter)
    zone_id, task_id = sys.argv[1:]
    handle = await client.start_workflow(
        "followProvisioningTask",
        {"zoneId": zone_id, "taskId": task_id, "requestedBy": "a Python service"},
        id=f"provisioning-task/{zone_id}/{task_id}",
        task_queue="provisioning",
    )
    try:
        await handle.result()
    except WorkflowFailureError as error:
        return [error.cause.type, error.cause.message, error.cause.details[0]["failureReason"]]

print(json.dumps(asyncio.run(main())), flush=True)
# Threads of the SDK that outlive the interpreter can end it with an abort.
os._exit(0)
`;

describe('a caller in Python with the codec of docs/encryption.md', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(() => world.close());

  testWithTools('starts an encrypted follow under the new key, and reads how it failed under the old one', async () => {
    if (!('bin' in tools)) throw new Error(tools.missing);
    world.emulator.setTask(ZONE, 't-1', { answers: [{ status: 'Failed', failureReason: REASON }] });
    await world.startWorker({ PROVISIONING_ENCRYPTION_KEYS: `${OLD},${NEW}` });
    const guide = readFileSync(path.join(root, 'docs', 'encryption.md'), 'utf8');
    const [, codec = ''] = /^```python\n(.*?)^```$/ms.exec(guide) ?? [];
    const { stdout } = await promisify(execFile)(
      path.join(tools.bin, 'python3'),
      ['-c', `${codec}${CALLER}`, ZONE, 't-1'],
      { env: { TEMPORAL_ADDRESS: world.server.address, PROVISIONING_ENCRYPTION_KEYS: `${NEW}\n${OLD}` } },
    );
    expect(JSON.parse(stdout)).toEqual(['ProvisioningFailed', `Task t-1 of zone ${ZONE} failed: ${REASON}`, REASON]);
    const { events, bytes } = await rawRecordsOf(world.connection, workflowId(ZONE, 't-1'));
    const keyIds = payloadsIn({ events }).map(({ keyId }) => keyId);
    expect(keyIds.slice(0, 1)).toEqual(['new']);
    expect(new Set(keyIds.slice(1))).toEqual(new Set(['old']));
    expect(['a Python service', REASON].filter((text) => bytes.includes(text))).toEqual([]);
  });
});
