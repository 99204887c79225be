import { ApplicationFailure, sleep } from '@temporalio/workflow';

import {
  READ_REFUSED_TYPE,
  readUserSyncsFaults,
  type ListUserSyncsAnswer,
  type ReadUserSyncsAnswer,
  type ReadUserSyncsInput,
  type UserSync,
} from '../contract';

import { refusedIfBlocked } from './batch/call-result';
import { insist } from './batch/patience';
import { patientCalls } from './batch/sync-calls';
import { activityCalls, OpenWrites } from './batch/workflow-calls';
import { inputFailure } from './input-failure';
import { now } from './now';

/** So many pages of 100 are answered together: they stay far below what one payload holds. */
const PAGES = 20;

/**
 * Reads which user syncs a zone has, and changes nothing.
 *
 * @returns those of the keys, or the next pages of all
 * @throws ApplicationFailure of `INVALID_INPUT_TYPE` with the faults, or of `READ_REFUSED_TYPE` with the `CheckError` as
 *   its detail
 */
export async function readUserSyncs(input: ReadUserSyncsInput): Promise<ReadUserSyncsAnswer> {
  const faults = readUserSyncsFaults(input);
  if (faults.length > 0) throw inputFailure(faults);
  const { zoneId, keys } = input;
  const raw = activityCalls(zoneId, new OpenWrites());
  const surroundings = {
    health: { resumes: 0 },
    isCancelled: () => false,
    now,
    until: (_holds: () => boolean, seconds = 0) => sleep(seconds * 1000),
  };
  if (keys) {
    const calls = patientCalls(
      { ...raw, list: async (request) => refusedIfBlocked(await raw.list(request)) },
      surroundings,
    );
    const found = await Promise.all(keys.map(async (key) => settled(await calls.find(key))));
    return { syncs: found.filter((sync) => sync !== undefined) };
  }
  const syncs: UserSync[] = [];
  let { nextToken } = input;
  for (let page = 0; page < PAGES; page += 1) {
    const request = nextToken === undefined ? {} : { nextToken };
    const answer: ListUserSyncsAnswer = settled(
      await insist(async () => refusedIfBlocked(await raw.list(request)), surroundings),
    );
    syncs.push(...answer.syncs);
    ({ nextToken } = answer);
    if (nextToken === undefined) break;
  }
  return { syncs, ...(nextToken !== undefined && { nextToken }) };
}

function settled<Answer>(result: Awaited<ReturnType<typeof insist<Answer>>>): Answer {
  if (result.kind === 'done') return result.answer;
  if (result.kind === 'withdrawn') throw ApplicationFailure.nonRetryable('The call was withdrawn', READ_REFUSED_TYPE);
  const { error } = result;
  throw ApplicationFailure.nonRetryable(`${error.code}: ${error.message}`, READ_REFUSED_TYPE, error);
}
