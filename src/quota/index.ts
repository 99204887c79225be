export type { QuotaCalls, QuotaNotice } from './notices';
export { createPacedSlots } from './slots';
export { WorkerQuota, type QuotaFigures } from './worker-quota';
