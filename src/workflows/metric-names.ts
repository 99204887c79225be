/** Histogram whose buckets the worker sets; the SDK adds its unit. */
export const DETECTION_DELAY = 'provisioning_detection_delay';
