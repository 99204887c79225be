/** A version of the worker, as the server knows it: all of its processes have the same code. */
export interface WorkerVersion {
  /** What it is a version of. */
  deploymentName: string;
  buildId: string;
}

/** Words a version as the search attribute `TemporalWorkerDeploymentVersion` has it. */
export function versionText({ deploymentName, buildId }: WorkerVersion): string {
  return `${deploymentName}:${buildId}`;
}

/** Tells whether both are the same version, or both none. */
export function isSameVersion(one: WorkerVersion | undefined, other: WorkerVersion | undefined): boolean {
  return one?.deploymentName === other?.deploymentName && one?.buildId === other?.buildId;
}

/** Words the command that lets new follows go to a version. */
export function makeCurrent(namespace: string, { deploymentName, buildId }: WorkerVersion): string {
  return `Make it current with: temporal worker deployment set-current-version --namespace ${namespace} --deployment-name ${deploymentName} --build-id ${buildId} --yes`;
}
