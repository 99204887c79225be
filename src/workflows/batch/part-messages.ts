import {
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import { PART_SIZE, type BatchPhase } from '../../contract';

import { openItems, phaseOf, type BatchState, type Outcomes } from './batch-progress';
import type { Health } from './patience';

/** Which items of a large batch a workflow has to do with; set by the batch that starts it as a part of its own. */
export interface PartOf {
  /** Place of the part among the parts. */
  part: number;
  /** Place of its first item in the batch. */
  from: number;
  count: number;
  /** The batch was cancelled before: the part only reports its items. */
  isCancelled?: true;
}

/** What a part tells its batch. */
export interface PartNews extends Pick<Health, 'blockedBy' | 'degradedBy'> {
  part: number;
  outcomes: Outcomes;
  phase: BatchPhase;
}

/** From part to batch: how it stands. */
export const partNewsSignal = defineSignal<[PartNews]>('partNews');
/** From batch to part: no item will be tried again. */
export const finishSignal = defineSignal('finish');
/** From batch to part: what the update of the batch asks for. */
export const retryPartSignal = defineSignal('retryFailed');

/** A part tells when so many more are over, so that the history of its batch stays short. */
const STEP = PART_SIZE / 2;

/** Registers what a part is told by its batch. */
export function handlePartMessages({ finish, retryFailed }: { finish: () => void; retryFailed: () => void }): void {
  setHandler(finishSignal, finish);
  setHandler(retryPartSignal, retryFailed);
}

/**
 * Tells the batch how its part stands, whenever that has changed enough, until the part has ended.
 *
 * @returns once the batch knows the end; a batch that is gone needs to know nothing
 */
export async function tellBatch(part: number, state: BatchState, outcomes: () => Outcomes): Promise<void> {
  const parentId = workflowInfo().parent?.workflowId;
  if (parentId === undefined) return;
  const changed = (): string => {
    const open = openItems(outcomes());
    return `${phaseOf(state)} ${open === 0 ? 'settled' : Math.ceil(open / STEP)} ${state.health.blockedBy?.code}`;
  };
  // The batch knows how a part begins, and gets the result of one that completes.
  for (let told = changed(); phaseOf(state) !== 'Completed';) {
    await condition(() => changed() !== told);
    told = changed();
    const phase = phaseOf(state);
    if (phase === 'Completed') return;
    const { blockedBy, degradedBy } = state.health;
    const news = {
      part,
      outcomes: outcomes(),
      phase,
      ...(blockedBy && { blockedBy }),
      ...(degradedBy && { degradedBy }),
    };
    try {
      await getExternalWorkflowHandle(parentId).signal(partNewsSignal, news);
    } catch (error) {
      log.warn('The batch of this part could not be told how it stands', { error: String(error) });
    }
    if (phase === 'Cancelled') return;
  }
}
