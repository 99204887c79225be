import { flag, integer, listOf, objectOf, oneOf, type Reader, text } from './json-reader';

const WRITES = ['CreateUserSyncProvisioning', 'DeleteUserSyncProvisioning', 'UpdateUserSyncProvisioning'] as const;

/** Calls that get no answer to rely on: none, or an InternalError, whether their work is done or not. */
export interface LostAnswer {
  action: (typeof WRITES)[number];
  /** Only calls for this principal: of any entry of a Create, of the user sync of a Delete or Update; default all. */
  principalId?: string;
  /** Only each n-th call of the action, counted since the lost answers were set; default 1. */
  every?: number;
  /** How many calls get it; default without end. */
  times?: number;
  /** Whether the work is done all the same. */
  done: boolean;
  /** Destroys the socket, answers InternalError, or never answers. */
  how: 'drop' | 'InternalError' | 'hang';
  /** The work is done only so long after the answer was lost, real time in ms; default 0, before it. */
  lateMs?: number;
}

/** Reads an array of {@link LostAnswer} from JSON. */
export const readLostAnswers: Reader<LostAnswer[]> = listOf(
  objectOf<LostAnswer>(
    {
      action: oneOf(...WRITES),
      principalId: text,
      every: integer(1),
      times: integer(0),
      done: flag,
      how: oneOf('drop', 'InternalError', 'hang'),
      lateMs: integer(0),
    },
    'action',
    'done',
    'how',
  ),
);

/** Decides which calls lose their answers. */
export class LostAnswers {
  private entries: { lost: LostAnswer; left: number }[] = [];
  private readonly calls = new Map<string, number>();

  /** Replaces the lost answers and starts all counts anew. */
  set(lostAnswers: readonly LostAnswer[]): void {
    this.entries = lostAnswers.map((lost) => ({ lost, left: lost.times ?? Infinity }));
    this.calls.clear();
  }

  /** Counts a call and takes the first lost answer that is meant for it. */
  take(action: LostAnswer['action'], principalIds: readonly string[]): LostAnswer | undefined {
    const call = (this.calls.get(action) ?? 0) + 1;
    this.calls.set(action, call);
    const entry = this.entries.find(
      ({ lost: { principalId, every = 1, ...lost }, left }) =>
        lost.action === action &&
        left > 0 &&
        call % every === 0 &&
        (principalId === undefined || principalIds.includes(principalId)),
    );
    if (entry) entry.left -= 1;
    return entry?.lost;
  }
}
