/** One answer of a task. The first present of `hang`, `drop`, `rawBody`, `error` decides; else a TaskStatus is sent. */
export type Answer = {
  /** Default `InProgress` in {@link TaskScript.answers}, `Success` in {@link TaskScript.then}. */
  status?: string;
  /** Default `''`. */
  failureReason?: string;
  /** Default `StartProvisioning`. */
  taskType?: string;
  /** The TaskId answered; default the one asked for. */
  taskId?: string;
  /** An API error instead of a status. */
  error?: { code: string; message?: string };
  /** Default 200, as the real API answers API errors too. */
  httpStatus?: number;
  /** Sent as it is, for broken bodies. */
  rawBody?: string;
  /** Wait before the answer (or the drop), real time in ms; default 0. */
  delayMs?: number;
  /** Destroys the socket instead of answering. */
  drop?: boolean;
  /** Never answers; the connection stays open. */
  hang?: boolean;
};

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

const ANSWER_FIELDS: Readonly<Record<string, string>> = {
  status: 'string',
  failureReason: 'string',
  taskType: 'string',
  taskId: 'string',
  error: 'object',
  httpStatus: 'number',
  rawBody: 'string',
  delayMs: 'number',
  drop: 'boolean',
  hang: 'boolean',
};

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
 * @throws TypeError naming the first field that is unknown or of the wrong type
 */
export function parseTaskScript(value: unknown): TaskScript {
  if (!isRecord(value)) throw new TypeError('a task script must be a JSON object');
  const { answers, durationMs, then, ...rest } = value;
  const [extra] = Object.keys(rest);
  if (extra !== undefined) throw new TypeError(`${extra}: unknown field; use answers, durationMs, then`);
  const script: TaskScript = {};
  if (answers !== undefined) {
    if (!Array.isArray(answers)) throw new TypeError('answers must be an array');
    script.answers = answers.map((answer: unknown, i) => parseAnswer(answer, `answers[${i}]`));
  }
  if (durationMs !== undefined) {
    if (typeof durationMs !== 'number') throw new TypeError('durationMs must be a number');
    script.durationMs = durationMs;
  }
  if (then !== undefined) script.then = parseAnswer(then, 'then');
  return script;
}

/** Tells whether a value is a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseAnswer(value: unknown, path: string): Answer {
  if (!isRecord(value)) throw new TypeError(`${path} must be an object`);
  for (const [key, field] of Object.entries(value)) {
    const wanted = Object.hasOwn(ANSWER_FIELDS, key) ? ANSWER_FIELDS[key] : undefined;
    if (wanted === undefined) throw new TypeError(`${path}.${key}: unknown field`);
    if (typeof field !== wanted || field === null) throw new TypeError(`${path}.${key} must be of type ${wanted}`);
  }
  const { error, httpStatus } = value;
  if (error !== undefined) {
    if (!isRecord(error) || typeof error['code'] !== 'string') throw new TypeError(`${path}.error needs a string code`);
    if (error['message'] !== undefined && typeof error['message'] !== 'string') {
      throw new TypeError(`${path}.error.message must be of type string`);
    }
  }
  // Node refuses other status codes only when the answer is written, far from the script that asked for them.
  if (typeof httpStatus === 'number' && !(Number.isInteger(httpStatus) && httpStatus >= 200 && httpStatus <= 599)) {
    throw new TypeError(`${path}.httpStatus must be an integer from 200 to 599`);
  }
  return value;
}
