import { defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';

import {
  BATCH_QUERIES,
  BATCH_SIGNALS,
  BATCH_UPDATES,
  pauseReason,
  type BatchProgress,
  type ReportLine,
  type ReportPage,
} from '../../contract';

/** What messages ask of a batch. */
export interface BatchHandlers {
  progress: () => BatchProgress;
  lines: () => ReportLine[];
  pause: (reason: string) => void;
  resume: () => void;
  /** Returns how many items are tried again. */
  retryFailed: () => number;
}

/** Registers the handlers of a batch. */
export function handleBatchMessages({ progress, lines, pause, resume, retryFailed }: BatchHandlers): void {
  setHandler(defineQuery<BatchProgress>(BATCH_QUERIES.progress), progress, {
    description: 'The batch as it stands: phase, counts by outcome, what blocks or degrades it, its parts',
  });
  setHandler(
    defineQuery<ReportLine[], [ReportPage | undefined]>(BATCH_QUERIES.report),
    (page) => {
      const { offset = 0, limit = Infinity } = page ?? {};
      return lines().slice(offset, offset + limit);
    },
    {
      description:
        'What became of each item so far; of a batch with parts each part tells. Argument: {"offset": 0, "limit": 200}',
    },
  );
  setHandler(defineSignal<[unknown]>(BATCH_SIGNALS.pause), (request) => pause(pauseReason(request)), {
    description: 'Begin nothing new until resume; what has begun is followed on. Argument: {"reason": "why"}',
  });
  setHandler(defineSignal(BATCH_SIGNALS.resume), resume, {
    description: 'Go on after a pause, or once what blocked it is mended. No argument',
  });
  setHandler(defineUpdate<number>(BATCH_UPDATES.retryFailed), retryFailed, {
    description: 'Try those items again that have ended badly so far, and answer how many. No argument',
  });
}
