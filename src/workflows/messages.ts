import {
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';

import {
  deadlineExtensionFaults,
  pauseReason,
  pollingChangeFaults,
  QUERIES,
  resolveFaults,
  SIGNALS,
  UPDATES,
  type DeadlineExtension,
  type MessageName,
  type PollingChange,
  type ProvisioningSnapshot,
  type ResolveRequest,
} from '../contract';

import { inputFailure } from './input-failure';
import { now } from './now';
import { toSnapshot } from './snapshot';
import {
  countMessage,
  endedChecks,
  extendDeadline,
  isEnded,
  pause,
  resolve,
  resume,
  setPolling,
  type TaskState,
} from './task-state';

/** What a follow knows and was asked for: plain JSON, changed by messages and by the main loop, carried on as it is. */
export interface Follow {
  state: TaskState;
  /** Somebody asked for a poll now. */
  pollWanted: boolean;
  /** Ids of the last updates that were taken: the server knows those of one run only. */
  handledUpdates: string[];
}

/** So many update ids are kept; a caller repeats its update within minutes. */
const MAX_HANDLED_UPDATES = 500;
/** And of so many characters together, since what is carried must stay far below the server's 2 MB. */
const MAX_HANDLED_CHARACTERS = 50_000;

const DESCRIPTIONS: Record<MessageName | 'status', string> = {
  status: 'The follow as it stands: phase, status, polls, next poll, what blocks or degrades it',
  pollNow: 'Ask the cloud now instead of at the next scheduled poll. No argument',
  pause: 'Stop polling until resume; the deadline stands. Argument: {"reason": "why"}',
  resume: 'Go on after a pause, or once what blocked it is mended: asks the cloud now. No argument',
  taskChanged: 'The task has ended, says somebody outside: asks the cloud now to verify it. No argument',
  checkNow: 'Ask the cloud now and answer what it said. No argument',
  setPolling:
    'Change the pace at once. Argument: any of {"minIntervalSeconds": 1, "maxIntervalSeconds": 30, "ageFraction": 0.1}',
  extendDeadline:
    'Move the deadline to a later instant. Argument: {"bySeconds": 3600} or {"deadlineAt": "2026-01-31T12:00:00Z"}',
  resolve:
    'Declare the result when the cloud has forgotten the task, which ends the follow. Argument: {"outcome": "Succeeded" or "Failed", "reason": "why", "by": "who"}',
};

/**
 * Registers the handlers of a follow. They only change what it knows and is asked for; the main loop acts on that.
 *
 * @param changed - called after each change
 */
export function handleMessages(follow: Follow, changed: () => void): void {
  const take = (name: MessageName, next: TaskState): void => {
    follow.state = countMessage(next, name);
    changed();
  };
  const onSignal = (name: keyof typeof SIGNALS, act: (argument: unknown) => TaskState): void => {
    const options = { description: DESCRIPTIONS[name] };
    setHandler(defineSignal<[unknown]>(SIGNALS[name]), (argument) => take(name, act(argument)), options);
  };
  const onUpdate = <T>(
    name: keyof typeof UPDATES,
    faultsOf: (argument: unknown) => string[],
    act: (argument: T) => TaskState,
    answered?: () => () => boolean,
  ): void => {
    setHandler(
      defineUpdate<ProvisioningSnapshot, [T]>(UPDATES[name]),
      async (argument) => {
        if (!isRepeated(follow)) {
          remember(follow);
          const isAnswered = answered?.();
          take(name, act(argument));
          // Also a cancelled follow answers, with its ending.
          if (isAnswered) await CancellationScope.nonCancellable(() => condition(isAnswered));
        }
        return toSnapshot(follow.state);
      },
      {
        description: DESCRIPTIONS[name],
        validator: (argument) => {
          // A repeated one would be refused for what its first has changed.
          if (!isRepeated(follow)) refuse(follow, faultsOf(argument));
        },
      },
    );
  };

  setHandler(defineQuery<ProvisioningSnapshot>(QUERIES.status), () => toSnapshot(follow.state), {
    description: DESCRIPTIONS.status,
  });
  onSignal('pollNow', () => {
    follow.pollWanted = true;
    return follow.state;
  });
  onSignal('pause', (request) => pause(follow.state, pauseReason(request), now()));
  onSignal('resume', () => {
    if (follow.state.phase !== 'Polling') follow.pollWanted = true;
    return resume(follow.state);
  });
  onSignal('taskChanged', () => {
    // A paused follow polls once it is resumed.
    if (follow.state.phase !== 'Paused') follow.pollWanted = true;
    return follow.state;
  });
  onUpdate(
    'checkNow',
    () => [],
    () => {
      follow.pollWanted = true;
      return follow.state;
    },
    () => {
      const wantedChecks = endedChecks(follow.state) + (follow.state.isChecking ? 2 : 1);
      return () => endedChecks(follow.state) >= wantedChecks || isEnded(follow.state);
    },
  );
  onUpdate<PollingChange>(
    'setPolling',
    (change) => pollingChangeFaults(change, follow.state.polling),
    (change) => setPolling(follow.state, change),
  );
  onUpdate<DeadlineExtension>(
    'extendDeadline',
    (extension) => deadlineExtensionFaults(extension, Date.now(), follow.state.deadlineAt),
    (extension) => extendDeadline(follow.state, extension),
  );
  onUpdate<ResolveRequest>('resolve', resolveFaults, (request) => resolve(follow.state, request, now()));
}

function isRepeated({ handledUpdates }: Follow): boolean {
  return handledUpdates.includes(currentUpdateInfo()?.id ?? '');
}

function remember(follow: Follow): void {
  const ids = [...follow.handledUpdates, currentUpdateInfo()?.id ?? ''].slice(-MAX_HANDLED_UPDATES);
  while (ids.join('').length > MAX_HANDLED_CHARACTERS) ids.shift();
  follow.handledUpdates = ids;
}

function refuse({ state }: Follow, faults: readonly string[]): void {
  const all = isEnded(state) ? [`the follow has ended already: ${state.phase}`] : faults;
  if (all.length === 0) return;
  throw inputFailure(all);
}
