export type { QuotaCalls, QuotaNotice } from './notices';
export { createPacedSlots } from './slots';
export { WorkerQuota } from './worker-quota';
