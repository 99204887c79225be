import type { TaskScript } from '../../emulator';
import type { FollowInput, Phase } from '../../src/client';
import { exponential } from '../random';

export const ZONE = 'z-soak';

/** What somebody does with a follow, so many seconds after its start. */
export interface Step {
  afterSeconds: number;
  act: 'pause' | 'resume' | 'cancel' | 'checkNow' | 'status';
}

/** One follow of the flow. */
export interface PlannedFollow {
  taskId: string;
  script: TaskScript;
  input: FollowInput;
  steps: Step[];
  /** How it must end; a cancel that comes too late leaves the other. */
  ends: Phase[];
}

/** A worker that gives its place to another. */
export interface Replacement {
  afterSeconds: number;
  /** Which of those that may be replaced. */
  place: number;
  signal: 'SIGTERM' | 'SIGKILL';
  by: 'last' | 'present';
  /** The new one polls before the old one ends, as in a rolling deployment. */
  isOverlapping: boolean;
}

const MEAN_SECONDS = 12;
const POLLING = { minIntervalSeconds: 1, maxIntervalSeconds: 3 };
const inProgress = { status: 'InProgress' };
const unavailable = { httpStatus: 503, rawBody: '<html>Service Unavailable</html>' };
const forgotten = { error: { code: 'ResourceNotFound.UserProvisioningTaskNotFound', message: 'No such task.' } };

/** What tasks do, and how often. */
interface Outcome {
  share: number;
  ends: Phase[];
  script: Omit<TaskScript, 'durationMs'>;
}

const OUTCOMES: readonly Outcome[] = [
  { share: 0.75, ends: ['Succeeded'], script: {} },
  { share: 0.12, ends: ['Failed'], script: { then: { status: 'Failed', failureReason: 'the name is taken' } } },
  // The cloud is away at first.
  { share: 0.08, ends: ['Succeeded'], script: { answers: [unavailable, { drop: true }, unavailable, inProgress] } },
  // Forgotten before it was ever seen, where its duration is short.
  { share: 0.05, ends: ['Vanished', 'NotFound'], script: { then: forgotten } },
];

/** Draws the next follow. */
export function planFollow(random: () => number, index: number): PlannedFollow {
  const durationMs = Math.round(1000 * exponential(random, MEAN_SECONDS));
  const { ends, script } = draw(random(), OUTCOMES);
  const taskId = `soak-${index}`;
  const input = { zoneId: ZONE, taskId, polling: POLLING, notFoundGraceSeconds: 1 };
  const steps = planSteps(random);
  const isCancelled = steps.some(({ act }) => act === 'cancel');
  return { taskId, script: { durationMs, ...script }, input, steps, ends: isCancelled ? [...ends, 'Cancelled'] : ends };
}

/** Draws when and how the next worker is replaced. */
export function planReplacement(random: () => number, places: number): Replacement {
  return {
    afterSeconds: 5 + 10 * random(),
    place: Math.floor(places * random()),
    signal: random() < 0.3 ? 'SIGKILL' : 'SIGTERM',
    by: random() < 0.5 ? 'last' : 'present',
    isOverlapping: random() < 0.7,
  };
}

function planSteps(random: () => number): Step[] {
  const at = 10 * random();
  const which = random();
  if (which < 0.06) {
    return [
      { afterSeconds: at, act: 'pause' },
      { afterSeconds: at + 4, act: 'resume' },
    ];
  }
  if (which < 0.1) return [{ afterSeconds: at, act: 'cancel' }];
  if (which < 0.15) return [{ afterSeconds: at, act: 'checkNow' }];
  return which < 0.25 ? [{ afterSeconds: at, act: 'status' }] : [];
}

function draw(at: number, outcomes: readonly Outcome[]): Outcome {
  let sum = 0;
  const drawn = outcomes.find(({ share }) => at < (sum += share));
  if (!drawn) throw new Error(`The shares end at ${sum}, before ${at}`);
  return drawn;
}
