import { chooseAnswer, type ChosenAnswer, type TaskScript } from './task-scripts';

/** What a task of a user sync does. */
export type TaskType = 'StartProvisioning' | 'DeleteProvisioning';

const TERMINAL = ['Success', 'Failed'];

/** One task of the cloud, played by its script from the moment it was set. */
export class Task {
  /** Status calls received since it was set. */
  polls = 0;
  /** The status last sent to a client in full. */
  status: string | undefined;
  /** Whether a terminal status was ever sent to a client in full. */
  isFollowedToEnd = false;
  private readonly setAt: number;

  constructor(
    private readonly script: TaskScript,
    readonly taskType: TaskType,
    private readonly now: () => number,
  ) {
    this.setAt = now();
  }

  /** Chooses the answer to a status call that has come. */
  poll(): ChosenAnswer {
    const answer = this.next();
    this.polls += 1;
    return answer;
  }

  /** Tells what a status call would be answered now. */
  next(): ChosenAnswer {
    return { taskType: this.taskType, ...chooseAnswer(this.script, this.polls, this.now() - this.setAt) };
  }

  /** Notes that a status has reached its client. */
  noteSent(status: string): void {
    this.status = status;
    this.isFollowedToEnd ||= TERMINAL.includes(status);
  }
}
