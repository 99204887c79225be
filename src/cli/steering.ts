import { userInfo } from 'node:os';

import {
  workflowId,
  type ProvisioningClient,
  type ProvisioningSnapshot,
  type SIGNALS,
  type UpdateOptions,
} from '../client';

import { onEachFollow } from './each-follow';
import { refuseFaults } from './errors';
import { secondsOf } from './numbers';
import { snapshotLine, type CommonOptions } from './output';
import { printable } from './printable';
import { selectionOf, type SelectionOptions } from './selection';
import {
  toExtension,
  toPauseRequest,
  toPollingChange,
  toResolveRequest,
  type ExtendOptions,
  type PauseOptions,
  type ResolveOptions,
  type SetPollingOptions,
} from './steering-requests';
import { nameOf, type TaskIds } from './tasks';

/** Options of every command that steers follows, as typed. */
export interface SteeringOptions extends CommonOptions, SelectionOptions {
  yes?: boolean;
}

/** Runs a command on the follows that were typed, or on those that a list filter selects. */
export type SteeringCommand<Options> = (
  zone: string | undefined,
  tasks: readonly string[],
  options: Options & SteeringOptions,
) => Promise<number>;

/** Asks for a poll at once. */
export const pollNow = asking({
  verb: 'Poll at once',
  requested: 'pollNow',
  said: 'was asked to poll now',
  toRequest: () => undefined,
  act: (client, { zoneId, taskId }) => client.pollNow(zoneId, taskId),
});

/** Says that the cloud task has ended. */
export const taskChanged = asking({
  verb: 'Report a change to',
  requested: 'taskChanged',
  said: 'was told that its task has ended; unless it is paused, it polls now to verify that',
  toRequest: () => undefined,
  act: (client, { zoneId, taskId }) => client.taskChanged(zoneId, taskId),
});

/** Stops the polling. */
export const pause = asking({
  verb: 'Pause',
  requested: 'pause',
  said: 'was asked to pause; its deadline stands, and resume lets it go on',
  toRequest: (options: PauseOptions, faults) => toPauseRequest(options, faults),
  act: (client, { zoneId, taskId }, request) => client.pause(zoneId, taskId, request),
});

/** Lets a paused or blocked follow go on. */
export const resume = asking({
  verb: 'Resume',
  requested: 'resume',
  said: 'was told to go on; if it is paused or blocked, it polls now',
  toRequest: () => undefined,
  act: (client, { zoneId, taskId }) => client.resume(zoneId, taskId),
});

/** Asks for the end of a follow. */
export const cancel = asking({
  verb: 'Cancel',
  requested: 'cancel',
  said: 'was asked to end; the cloud task itself goes on',
  toRequest: () => undefined,
  act: (client, { zoneId, taskId }) => client.cancel(zoneId, taskId),
});

/** Asks the cloud now and shows what it said. */
export const checkNow = changing({
  verb: 'Check at once',
  toRequest: ({ timeout }: { timeout?: string }, faults): UpdateOptions => {
    const seconds = secondsOf('timeout', timeout, 'positive', faults);
    return seconds === undefined ? {} : { timeoutMs: seconds * 1000 };
  },
  act: (client, { zoneId, taskId }, request) => client.checkNow(zoneId, taskId, request),
});

/** Moves the deadline. */
export const extend = changing({
  verb: 'Extend the deadline of',
  toRequest: (options: ExtendOptions, faults) => toExtension(options, faults, Date.now()),
  act: (client, { zoneId, taskId }, request) => client.extendDeadline(zoneId, taskId, request),
  toNote: ({ deadlineAt }) => `deadline ${deadlineAt}`,
});

/** Changes the pace. */
export const setPolling = changing({
  verb: 'Change the pace of',
  toRequest: (options: SetPollingOptions, faults) => toPollingChange(options, faults),
  act: (client, { zoneId, taskId }, request) => client.setPolling(zoneId, taskId, request),
  toNote: ({ polling: { minIntervalSeconds, maxIntervalSeconds, ageFraction } }) =>
    `polling every ${minIntervalSeconds} s to ${maxIntervalSeconds} s, ${ageFraction} of the age`,
});

/** Declares the result. */
export const resolve = changing({
  verb: 'Resolve',
  toRequest: (options: ResolveOptions, faults) => toResolveRequest(options, faults, () => userInfo().username),
  act: (client, { zoneId, taskId }, request) => client.resolve(zoneId, taskId, request),
});

interface Steering<Options, Request, Answer> {
  /** What is done to follows, in the question before it. */
  verb: string;
  toRequest: (options: Options, faults: string[]) => Request;
  act: (client: ProvisioningClient, task: TaskIds, request: Request) => Promise<Answer>;
}

/** A command that the follow takes without an answer. */
function asking<Options, Request>(
  steering: Steering<Options, Request, void> & { requested: keyof typeof SIGNALS | 'cancel'; said: string },
): SteeringCommand<Options> {
  const { requested, said } = steering;
  return steeringCommand(
    steering,
    ({ zoneId, taskId }) => ({ workflowId: workflowId(zoneId, taskId), requested }),
    (task, _answer, isOneOfMany) =>
      printable(isOneOfMany ? `${nameOf(task)} ${said}` : `The follow of task ${task.taskId} ${said}`),
  );
}

/** A command that the follow answers with how it stands then. */
function changing<Options, Request>(
  steering: Steering<Options, Request, ProvisioningSnapshot> & {
    /** What else to tell of the follow after it. */
    toNote?: (snapshot: ProvisioningSnapshot) => string;
  },
): SteeringCommand<Options> {
  return steeringCommand(
    steering,
    (_task, snapshot) => snapshot,
    ({ zoneId }, snapshot, isOneOfMany) => {
      const line = [snapshotLine(snapshot, Date.now()), steering.toNote?.(snapshot)].filter(Boolean).join(', ');
      return isOneOfMany ? `${printable(zoneId)}/${line}` : line;
    },
  );
}

function steeringCommand<Options, Request, Answer>(
  { verb, toRequest, act }: Steering<Options, Request, Answer>,
  toJson: (task: TaskIds, answer: Answer) => object,
  toLine: (task: TaskIds, answer: Answer, isOneOfMany: boolean) => string,
): SteeringCommand<Options> {
  return async (zone, tasks, options) => {
    const faults: string[] = [];
    const selection = selectionOf(zone, tasks, options, faults);
    const request = toRequest(options, faults);
    refuseFaults(faults);
    return onEachFollow(selection, {
      verb,
      yes: options.yes,
      running: true,
      json: options.json,
      act: (client, task) => act(client, task, request),
      toJson,
      toLines: (...told) => [toLine(...told)],
    });
  };
}
