import { type Answer, readAnswer } from './answer';
import { listOf, number, objectOf, type Reader } from './json-reader';

/** What a task answers over time. An empty script answers Success at once. */
export interface TaskScript {
  /** One per call in order, the last repeats; with `durationMs`, only until that has passed. */
  answers?: Answer[];
  /** Time after the task was set, by the emulator's clock, until `then` is answered. */
  durationMs?: number;
  /** Answer once `durationMs` has passed; default Success. Unused when `answers` stand without `durationMs`. */
  then?: Answer;
}

/** The answer with its status filled in. */
export type ChosenAnswer = Answer & { status: string };

/** Reads a {@link TaskScript} from JSON. */
export const readTaskScript: Reader<TaskScript> = objectOf<TaskScript>({
  answers: listOf(readAnswer),
  durationMs: number,
  then: readAnswer,
});

/**
 * Chooses what a task answers to one call.
 *
 * @param call - 0-based number of the call since the task was set
 * @param elapsedMs - time since the task was set
 */
export function chooseAnswer(script: TaskScript, call: number, elapsedMs: number): ChosenAnswer {
  const { answers = [], durationMs } = script;
  const isOver = durationMs === undefined ? answers.length === 0 : elapsedMs >= durationMs;
  if (isOver) return { status: 'Success', ...script.then };
  return { status: 'InProgress', ...answers[Math.min(call, answers.length - 1)] };
}

/**
 * Checks that a JSON value is a task script and returns it.
 *
 * @throws TypeError naming the first field that is unknown, missing or wrong
 */
export function parseTaskScript(value: unknown): TaskScript {
  return readTaskScript(value, 'script');
}
