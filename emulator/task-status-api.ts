import { type Answer } from './answer';
import { type ApiCall, type CloudApi } from './gateway';
import { checkParameters } from './parameters';
import { type Content, envelope, refuse, type Reply, replyWith } from './reply';
import { ZONE_NOT_EXIST, type Zones } from './zones';

/** The action that tells how a task goes. */
export class TaskStatusApi implements CloudApi {
  readonly service = 'organization';
  readonly version = '2021-03-31';
  readonly actions = ['GetProvisioningTaskStatus'];

  constructor(private readonly zones: Zones) {}

  /** Answers GetProvisioningTaskStatus. */
  answer({ params }: ApiCall): Reply {
    const refusal = checkParameters(params, { ZoneId: 'String', TaskId: 'String' });
    if (refusal) return refuse(refusal);
    const { ZoneId: zoneId, TaskId: taskId } = params as { ZoneId: string; TaskId: string };
    const zone = this.zones.get(zoneId);
    if (!zone) return refuse(ZONE_NOT_EXIST);
    const task = zone.tasks.get(taskId);
    if (!task) {
      const message = 'The user synchronization task does not exist.';
      return refuse({ code: 'ResourceNotFound.UserProvisioningTaskNotFound', message });
    }
    const answer = task.poll();
    return replyWith(answer, () => ({ ...taskStatus(answer, taskId), onSent: () => task.noteSent(answer.status) }));
  }
}

/** Builds the answer of GetProvisioningTaskStatus in its published shape. */
export function taskStatus(answer: Answer, askedTaskId: string): Content {
  const { status = 'InProgress', taskId = askedTaskId, taskType = 'StartProvisioning', failureReason = '' } = answer;
  const fields = { Status: status, TaskId: taskId, TaskType: taskType, FailureReason: failureReason };
  return envelope(status, { TaskStatus: fields });
}
