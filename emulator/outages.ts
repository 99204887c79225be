import { type Answer, readAnswer } from './answer';
import { listOf, number, objectOf } from './json-reader';

/** A time in which every API call (not the metadata endpoint) gets one answer, before anything is verified. */
export interface Outage {
  /** First moment, epoch ms by the emulator's `now`. */
  fromMs: number;
  /** First moment after it. */
  toMs: number;
  answer: Answer;
}

const readSchedule = listOf(
  objectOf<{ fromSeconds: number; toSeconds: number; answer: Answer }>(
    { fromSeconds: number, toSeconds: number, answer: readAnswer },
    'fromSeconds',
    'toSeconds',
    'answer',
  ),
);

/** Reads outages from JSON that tells their times in seconds after `nowMs`. */
export function readOutages(value: unknown, path: string, nowMs: number): Outage[] {
  return readSchedule(value, path).map(({ fromSeconds, toSeconds, answer }) => ({
    fromMs: nowMs + fromSeconds * 1000,
    toMs: nowMs + toSeconds * 1000,
    answer,
  }));
}

/** Finds the first outage that covers a moment. */
export function outageAt(outages: readonly Outage[], atMs: number): Outage | undefined {
  return outages.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
}
