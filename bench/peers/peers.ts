import type { Peer } from './follower';
import { inProcessPeer } from './in-process-follower';
import { provisioningPeer, samplePeer } from './temporal-follower';

/** Interval of Temporal's sample of infrequent polling. */
const SAMPLE_INTERVAL_MS = 60_000;

/** The peers whose follows live in the memory of one process. */
export const IN_PROCESS_PEERS: readonly Peer[] = [
  inProcessPeer('util-waiter 2…120 s (AWS SDK)', 'util-waiter'),
  inProcessPeer('core-lro 2 s (Azure SDK)', 'core-lro'),
  inProcessPeer('core-lro, new poller after an error', 'core-lro-anew'),
  inProcessPeer('Terraform schedule 0.5…10 s', 'terraform'),
  inProcessPeer('bare loop 1 s', 'bare-loop'),
];

/** Temporal's sample as it is published. */
export const PUBLISHED_SAMPLE: Peer = samplePeer('Temporal sample 60 s', SAMPLE_INTERVAL_MS);

/** Temporal's sample at another interval. */
export function sampleAt(intervalMs: number): Peer {
  return samplePeer(`Temporal sample ${(intervalMs / 1000).toFixed(1)} s`, intervalMs);
}

/** This project with its defaults. */
export const OURS_BY_DEFAULT: Peer = provisioningPeer('provisioning-worker, default', {});

/** This project, as fast as the quota allows. */
export const OURS_FAST: Peer = provisioningPeer('provisioning-worker, fast', { ageFraction: 0 });
