export { installCoreMetrics, readCoreMetrics } from './core-metrics';
export { countFollows } from './count-follows';
export { watchFollowCounts } from './follow-counts';
export { WorkerMetrics } from './worker-metrics';
