/** One call as it arrived, verified or not. */
export interface ReceivedRequest {
  /** Arrival, epoch ms by the emulator's `now`, whatever clock the cloud shows. */
  at: number;
  /** The header X-TC-Action, or `metadata` for any call of the metadata endpoint. */
  action?: string;
  zoneId?: string;
  taskId?: string;
  headers: Record<string, string>;
  body: string;
  /** Number of the TCP connection that carried it. */
  socket: number;
  /**
   * When answered in full: error code, task status, the field that an action on user syncs answers (`Tasks`,
   * `UserProvisioning`, `UserProvisionings`, or `RequestId` alone), `Credentials`, `role`, `NotFound`, `raw` or `body`;
   * else `drop`, `dropReused`, `hang`, `stall`, `cut`. Absent while the answer is delayed.
   */
  answered?: string;
  /** Epoch ms by the emulator's `now`; absent for a call that hangs or stalls. */
  answeredAt?: number;
}

/** Remembers calls, and how many of each task were unanswered at the same time. */
export class RequestLog {
  private readonly received: ReceivedRequest[] = [];
  private readonly outstanding = new Map<string, { current: number; max: number }>();

  /** Remembers the last `keep` calls. */
  constructor(private readonly keep: number = Infinity) {}

  /** Adds a call; the function returned marks it as no longer outstanding. */
  add(request: ReceivedRequest): () => void {
    this.received.push(request);
    if (this.received.length > this.keep) this.received.shift();
    const { taskId } = request;
    if (taskId === undefined) return () => undefined;
    const count = this.outstanding.get(taskId) ?? { current: 0, max: 0 };
    this.outstanding.set(taskId, count);
    count.current += 1;
    count.max = Math.max(count.max, count.current);
    let isReleased = false;
    return () => {
      if (!isReleased) count.current -= 1;
      isReleased = true;
    };
  }

  /** Lists the calls remembered in order of arrival, all or those of one task. */
  list(taskId?: string): ReceivedRequest[] {
    return this.received.filter((request) => taskId === undefined || request.taskId === taskId);
  }

  /** Returns the most calls of a task that were ever unanswered at the same time. */
  maxOutstanding(taskId: string): number {
    return this.outstanding.get(taskId)?.max ?? 0;
  }
}
