import { createResource, TaskFailedError } from '../../../../bench/user-syncs/terraform/create-resource';
import { DEFAULT_TIMEOUT } from '../../../../bench/user-syncs/terraform/retry';
import { userSyncItems } from '../../../../bench/user-syncs/scenarios';

const CREATED = { Tasks: [{ TaskId: 't-1', UserProvisioningId: 'up-1' }, { TaskId: 't-2' }] };
const status = (Status: string, FailureReason = ''): object => ({ TaskStatus: { Status, FailureReason } });

/** Creates one resource, with the answers in turn; the calls made stand in `calls`. */
async function create(...answers: object[]): Promise<{ calls: unknown[]; id: unknown }> {
  const calls: unknown[] = [];
  const call = (action: string, parameters: object): Promise<Record<string, unknown>> => {
    calls.push([action, parameters]);
    return Promise.resolve({ ...answers[calls.length - 1] });
  };
  const [item] = userSyncItems(1);
  if (!item) throw new Error('no item');
  const id = await createResource(call, 'z-1', item, DEFAULT_TIMEOUT).catch((error: unknown) => error);
  return { calls, id };
}

it('sends one entry, follows the first task, and gives the id of its sync', async () => {
  const { calls, id } = await create(CREATED, status('Success'));
  expect(calls).toEqual([
    [
      'CreateUserSyncProvisioning',
      {
        ZoneId: 'z-1',
        UserSyncProvisionings: [
          {
            PrincipalId: 'u-000',
            PrincipalType: 'User',
            TargetUin: 100000000001,
            TargetType: 'MemberUin',
            DuplicationStrategy: 'KeepBoth',
            DeletionStrategy: 'Keep',
          },
        ],
      },
    ],
    ['GetProvisioningTaskStatus', { ZoneId: 'z-1', TaskId: 't-1' }],
  ]);
  expect(id).toBe('up-1');
});

it('polls on at a status that is neither Success nor Failed', async () => {
  const { calls, id } = await create(CREATED, status('Pending'), status('Success'));
  expect(calls).toHaveLength(3);
  expect(id).toBe('up-1');
});

it('fails with a failed task, without its reason', async () => {
  const { id } = await create(CREATED, status('Failed', 'quota'));
  expect(id).toBeInstanceOf(TaskFailedError);
  expect(String(id)).not.toContain('quota');
});

it('takes an answer without a TaskStatus for a success', async () => {
  expect(await create(CREATED, {})).toMatchObject({ id: 'up-1' });
});

it('fails when Create answers no task', async () => {
  const { calls, id } = await create({ Tasks: [] });
  expect(calls).toHaveLength(1);
  expect(id).toEqual(new Error('id is broken'));
});
