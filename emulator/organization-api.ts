import { type Answer } from './answer';
import { type ApiCall, type CloudApi } from './gateway';
import { checkParameters } from './parameters';
import { type Content, envelope, refuse, type Reply, replyWith } from './reply';
import { chooseAnswer, type TaskScript } from './task-scripts';

interface TaskState {
  script: TaskScript;
  setAt: number;
  calls: number;
}

/** The user synchronization tasks of all zones, each played by its script. */
export class OrganizationApi implements CloudApi {
  readonly service = 'organization';
  readonly version = '2021-03-31';
  readonly actions = ['GetProvisioningTaskStatus'];
  private readonly zones = new Map<string, Map<string, TaskState>>();

  constructor(private readonly now: () => number) {}

  /** Scripts a task and restarts its clock and answers; this also makes its zone exist. */
  setTask(zoneId: string, taskId: string, script: TaskScript): void {
    const tasks = this.zones.get(zoneId) ?? new Map<string, TaskState>();
    this.zones.set(zoneId, tasks.set(taskId, { script, setAt: this.now(), calls: 0 }));
  }

  /** Answers GetProvisioningTaskStatus. */
  answer({ params }: ApiCall): Reply {
    const refusal = checkParameters(params, { ZoneId: 'String', TaskId: 'String' });
    if (refusal) return refuse(refusal);
    const { ZoneId: zoneId, TaskId: taskId } = params as { ZoneId: string; TaskId: string };
    const tasks = this.zones.get(zoneId);
    if (!tasks) return refuse({ code: 'FailedOperation.ZoneIdNotExist', message: 'The space does not exist.' });
    const task = tasks.get(taskId);
    if (!task) {
      const message = 'The user synchronization task does not exist.';
      return refuse({ code: 'ResourceNotFound.UserProvisioningTaskNotFound', message });
    }
    const answer = chooseAnswer(task.script, task.calls, this.now() - task.setAt);
    task.calls += 1;
    return replyWith(answer, () => taskStatus(answer, taskId));
  }
}

/** Builds the answer of GetProvisioningTaskStatus in its published shape. */
export function taskStatus(answer: Answer, askedTaskId: string): Content {
  const { status = 'InProgress', taskId = askedTaskId, taskType = 'StartProvisioning', failureReason = '' } = answer;
  const fields = { Status: status, TaskId: taskId, TaskType: taskType, FailureReason: failureReason };
  return envelope(status, { TaskStatus: fields });
}
