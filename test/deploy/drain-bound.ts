/** A worker has gone so many seconds after SIGTERM at the latest. */
export const DRAIN_BOUND_SECONDS = 45;
/** How long the flush of logs and the container's own end may take on a loaded machine. */
export const SPARE_SECONDS = 15;
