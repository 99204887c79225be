import type { Peer } from './follower';
import { runWithKill, type KillFigures } from './kill-run';
import type { Measured, Measurements } from './measurements';
import { IN_PROCESS_PEERS, OURS_BY_DEFAULT, OURS_FAST, PUBLISHED_SAMPLE, sampleAt } from './peers';
import type { SuitePlan } from './plans';
import { quotaFigures, type QuotaFigures } from './quota-figures';
import { runUnderQuota, type RunPlan } from './quota-run';

/** Tells a person how far it is. */
type Progress = (text: string) => void;

/**
 * Measures everything: the peers that need the processor for themselves one after the other, then the others and the
 * crashes together.
 */
export async function measure(plan: SuitePlan, progress: Progress): Promise<Measurements> {
  const ours = await underQuota(OURS_FAST, plan.alone, progress);
  const byDefault = await underQuota(OURS_BY_DEFAULT, plan.alone, progress);
  const sample = sampleAt(matchedIntervalMs(ours.figures));
  const matched = await underQuota(sample, plan.alone, progress);
  const [others, kills] = await allOf([
    allOf([...IN_PROCESS_PEERS, PUBLISHED_SAMPLE].map((peer) => underQuota(peer, plan.together, progress))),
    killAll([OURS_FAST, ...IN_PROCESS_PEERS, sample], plan, progress),
  ]);
  return { quota: [ours, byDefault, ...others, matched], kills, ours, matched };
}

/** Measures everything at the same time: what it shows is that it runs, and the order of size. */
export async function measureQuickly(plan: SuitePlan, progress: Progress): Promise<Measurements> {
  const { alone } = plan;
  const durable = [OURS_FAST, sampleAt(plan.nominalIntervalMs)];
  const [quota, kills] = await allOf([
    allOf([...durable, ...IN_PROCESS_PEERS].map((peer) => underQuota(peer, alone, progress))),
    killAll(IN_PROCESS_PEERS, plan, progress),
  ]);
  const [ours, matched] = quota;
  if (!ours || !matched) throw new Error('A peer was not measured');
  return { quota, kills, ours, matched };
}

async function underQuota(peer: Peer, plan: RunPlan, progress: Progress): Promise<Measured<QuotaFigures>> {
  progress(`${peer.name}: ${plan.endMs / 1000} s under a quota of ${plan.callsPerSecond} calls/s`);
  const figures = quotaFigures(await runUnderQuota(peer, plan));
  return { peer: peer.name, isInProcess: peer.isInProcess, figures };
}

async function killAll(
  peers: readonly Peer[],
  { kill }: SuitePlan,
  progress: Progress,
): Promise<Measured<KillFigures>[]> {
  progress(`SIGKILL in the middle of ${kill.tasks} tasks each: ${peers.map(({ name }) => name).join('; ')}`);
  return allOf(
    peers.map(async (peer) => {
      const figures = await runWithKill(peer, kill);
      return { peer: peer.name, isInProcess: peer.isInProcess, figures };
    }),
  );
}

/** A fixed interval at which as many follows make as many calls. */
function matchedIntervalMs({ follows, callsPerSecond }: QuotaFigures): number {
  return Math.round((1000 * follows) / callsPerSecond);
}

/** Waits for all also when one fails: what comes next must not be measured beside them. */
async function allOf<T extends readonly Promise<unknown>[] | []>(
  running: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
