import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

import type { WaitResult } from '../../src/client';
import { createWorld, type World } from '../e2e/world';
import { installPythonTools } from '../support/python-tools';
import { until } from '../support/until';

const tools = installPythonTools('python-temporalio', ['temporalio==1.35.0']);
if ('missing' in tools) process.stderr.write(`Skipping the callers in Python: ${tools.missing}\n`);
const testWithTools = 'bin' in tools ? test : test.skip;

/** Starts the follow or attaches to it, as the README says for other languages, and tells how its wait ended. */
const CALLER = `
import asyncio, json, os, sys
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

zone_id, task_id, timeout = sys.argv[1], sys.argv[2], float(sys.argv[3])
workflow_id = f"provisioning-task/{zone_id}/{task_id}"

async def main():
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    try:
        handle = await client.start_workflow(
            "followProvisioningTask",
            {"zoneId": zone_id, "taskId": task_id, "requestedBy": "a Python service"},
            id=workflow_id,
            task_queue="provisioning",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    except WorkflowAlreadyStartedError:
        handle = client.get_workflow_handle(workflow_id)
    print("waiting", file=sys.stderr, flush=True)
    try:
        return {"result": await asyncio.wait_for(handle.result(), timeout)}
    except asyncio.TimeoutError:
        return {"gaveUp": True}
    except WorkflowFailureError as error:
        cause = error.cause
        assert isinstance(cause, ApplicationError)
        return {"type": cause.type, "message": cause.message, "outcome": cause.details[0]}

print(json.dumps(asyncio.run(main())), flush=True)
# The SDK's runtime can hang at the end of the interpreter while a call of a wait that was given up is still out.
os._exit(0)
`;

interface PythonCaller {
  waiting: Promise<void>;
  answer: Promise<unknown>;
}

const ZONE = 'z-callers';
const TASK = 't-shared';
const REASON = '部署失败: locked';

describe('25 callers of one task, five of them in Python', () => {
  let world: World;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    world = await createWorld();
    await world.startWorker();
  });

  afterAll(async () => {
    // None waits for ever for a server that has gone.
    for (const child of children) child.kill('SIGKILL');
    await world.close();
  });

  testWithTools('share one workflow and one poll at a time, and get the same outcome (T07, T59, T68)', async () => {
    const { emulator, client, temporal } = world;
    emulator.setTask(ZONE, TASK, { answers: [{ status: 'InProgress' }] });
    const polling = { minIntervalSeconds: 0.5, maxIntervalSeconds: 0.5 };
    const input = { zoneId: ZONE, taskId: TASK, polling };
    const follows = await Promise.all(Array.from({ length: 10 }, () => client.follow(input)));
    expect(new Set(follows.map(({ runId }) => runId)).size).toBe(1);

    // Twelve patient ones, two that have a limit, two that are told to stop; three in Python, and one there that gives up.
    const patient = Array.from({ length: 12 }, () => client.waitForOutcome(ZONE, TASK));
    const stop = new AbortController();
    const hasty = [
      ...[1_000, 1_500].map((timeoutMs) => client.waitForOutcome(ZONE, TASK, { timeoutMs })),
      ...[1, 2].map(() => client.waitForOutcome(ZONE, TASK, { signal: stop.signal })),
    ];
    const python = Array.from({ length: 3 }, () => callFromPython(60));
    const hastyPython = callFromPython(0.5);
    await Promise.all([...python, hastyPython].map(({ waiting }) => waiting));
    stop.abort();
    const gaveUp: WaitResult[] = await Promise.all(hasty);
    expect(gaveUp.map(({ kind }) => kind)).toEqual(Array(4).fill('waiting'));
    await expect(hastyPython.answer).resolves.toEqual({ gaveUp: true });

    // Those who gave up have stopped nothing.
    const { polls } = await client.status(ZONE, TASK);
    await until('it goes on polling', async () => (await client.status(ZONE, TASK)).polls >= polls + 2);
    emulator.setTask(ZONE, TASK, { answers: [{ status: 'Failed', failureReason: REASON }] });
    const results: WaitResult[] = await Promise.all(patient);
    const calls = emulator.requests(TASK).length;
    const lateFollow = await client.follow(input);
    expect(lateFollow).toMatchObject({ state: 'ended', runId: follows[0]?.runId });
    results.push(...(await Promise.all(Array.from({ length: 4 }, () => client.waitForOutcome(ZONE, TASK)))));
    const [first] = results;
    if (first?.kind !== 'ended') throw new Error(`No outcome: ${JSON.stringify(first)}`);
    const { outcome } = first;
    expect(outcome).toMatchObject({ phase: 'Failed', failureReason: REASON, polls: calls, cloudTask: 'Ended' });
    expect(results).toEqual(Array(16).fill({ kind: 'ended', outcome }));
    const answers = await Promise.all([...python, callFromPython(60)].map(({ answer }) => answer));
    expect(answers).toEqual(Array(4).fill({ type: 'ProvisioningFailed', message: outcome.message, outcome }));

    expect(emulator.requests(TASK)).toHaveLength(calls);
    expect(emulator.maxOutstanding(TASK)).toBe(1);
    await until('the one run is listed as closed', async () => (await runsListed()).join() === 'FAILED');
    const handle = temporal.workflow.getHandle('provisioning-task/z-callers/t-shared');
    expect((await handle.describe()).runId).toBe(follows[0]?.runId);
  });

  async function runsListed(): Promise<string[]> {
    const found = [];
    for await (const { status } of world.temporal.workflow.list()) found.push(status.name);
    return found;
  }

  function callFromPython(timeoutSeconds: number): PythonCaller {
    const python = path.join('bin' in tools ? tools.bin : '', 'python');
    const child = spawn(python, ['-c', CALLER, ZONE, TASK, String(timeoutSeconds)], {
      env: { TEMPORAL_ADDRESS: world.server.address },
    });
    children.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const waiting = new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += String(chunk);
        if (stderr.startsWith('waiting')) resolve();
      });
      void ended.then(() => reject(new Error(`The caller in Python ended: ${stderr}`)));
    });
    const answer = ended.then(() => {
      if (stdout === '') throw new Error(`The caller in Python has no answer: ${stderr}`);
      return JSON.parse(stdout) as unknown;
    });
    return { waiting, answer };
  }
});
