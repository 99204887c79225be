import type { Measured, Measurements } from './measurements';
import type { QuotaFigures } from './quota-figures';

/** A claim about this project, and what was measured. */
export interface Check {
  claim: string;
  measured: string;
  isMet: boolean;
}

/** So much more CPU a follow may cost the worker than with Temporal's own sample. */
const CPU_LIMIT = 1.5;

/** Holds this project against its peers. */
export function checkAcceptance({ quota, kills, ours, matched }: Measurements): Check[] {
  const others = quota.filter(({ peer }) => !peer.startsWith('provisioning-worker'));
  return [
    ...others.map((other) => checkDelay(ours, other)),
    ...kills.map(({ peer, isInProcess, figures: { lost, followed } }) => ({
      claim: isInProcess ? `${peer}: loses all on a kill` : `${peer}: loses nothing on a kill`,
      measured: `${lost} of ${followed} lost`,
      isMet: lost === (isInProcess ? followed : 0),
    })),
    checkCpu(ours.figures, matched),
  ];
}

function checkDelay(ours: Measured<QuotaFigures>, { peer, figures }: Measured<QuotaFigures>): Check {
  const mine = ours.figures;
  const ourSide = `${mine.meanDelaySeconds.toFixed(2)} s and ${mine.throttled} throttled`;
  const peerSide = `${figures.meanDelaySeconds.toFixed(2)} s and ${figures.throttled}`;
  // The mean of a run that knows less is a lower bound only.
  const isMeanWhole = mine.known === mine.ended;
  const isEarlier = isMeanWhole && mine.meanDelaySeconds < figures.meanDelaySeconds;
  return {
    claim: `lower mean delay than ${peer}, no more throttled calls`,
    measured: `${ourSide} against ${peerSide}`,
    isMet: isEarlier && mine.throttled <= figures.throttled,
  };
}

function checkCpu(mine: QuotaFigures, { peer, figures: theirs }: Measured<QuotaFigures>): Check {
  const ratio = mine.workerCpuMsPerTask / theirs.workerCpuMsPerTask;
  const perFollow = `${mine.workerCpuMsPerTask.toFixed(1)} against ${theirs.workerCpuMsPerTask.toFixed(1)} ms`;
  return {
    claim: `worker CPU per follow within ${CPU_LIMIT} times that of ${peer}`,
    measured: `${perFollow}: ${ratio.toFixed(2)} times; a call costs ${priceOf(mine)} against ${priceOf(theirs)}`,
    isMet: ratio <= CPU_LIMIT,
  };
}

function priceOf({ eventsPerCall, workerCpuMsPerCall, serverCpuMsPerCall }: QuotaFigures): string {
  const cpu = `${workerCpuMsPerCall.toFixed(1)} ms of the worker, ${(serverCpuMsPerCall ?? NaN).toFixed(1)} ms of the server`;
  return `${(eventsPerCall ?? NaN).toFixed(0)} events, ${cpu}`;
}
