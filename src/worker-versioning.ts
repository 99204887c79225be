import type { WorkerOptions } from '@temporalio/worker';

import { valueOf } from './config/variables';
import { isSameVersion, makeCurrent, versionText, type WorkerVersion } from './worker-version';

/** Variables that the Kubernetes worker controller sets. */
export const VERSIONING_VARIABLES = {
  deploymentName: 'TEMPORAL_DEPLOYMENT_NAME',
  buildId: 'TEMPORAL_WORKER_BUILD_ID',
} as const;

/** The controller joins a namespace and a name, each of at most 63 characters. */
const MAX_DEPLOYMENT_NAME = 127;
const MAX_BUILD_ID = 63;
/** The server refuses `.` and `:`, which part name and build id, and a leading `__`; the rest of this is safe in a shell. */
const DEPLOYMENT_NAME = /^[A-Za-z0-9][A-Za-z0-9_/-]*$/;
const BUILD_ID = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/**
 * Reads which version the worker is.
 *
 * @param faults - gets a sentence for each thing that is wrong
 * @returns undefined when neither variable is set: the worker then has no version
 */
export function readVersioning(env: NodeJS.ProcessEnv, faults: string[]): WorkerVersion | undefined {
  const deploymentName = valueOf(env, VERSIONING_VARIABLES.deploymentName);
  const buildId = valueOf(env, VERSIONING_VARIABLES.buildId);
  if (deploymentName !== undefined && !isName(deploymentName, DEPLOYMENT_NAME, MAX_DEPLOYMENT_NAME)) {
    faults.push(
      `${VERSIONING_VARIABLES.deploymentName} must be at most ${MAX_DEPLOYMENT_NAME} letters, digits, "-", "_" and "/", and begin with a letter or digit, got "${deploymentName}"`,
    );
  }
  if (buildId !== undefined && !isName(buildId, BUILD_ID, MAX_BUILD_ID)) {
    faults.push(
      `${VERSIONING_VARIABLES.buildId} must be at most ${MAX_BUILD_ID} letters, digits, ".", "-", "_" and "+", and begin with a letter or digit, got "${buildId}"`,
    );
  }
  if (deploymentName !== undefined && buildId !== undefined) return { deploymentName, buildId };
  if (deploymentName !== undefined) faults.push(needsOther(VERSIONING_VARIABLES.deploymentName, 'buildId'));
  if (buildId !== undefined) faults.push(needsOther(VERSIONING_VARIABLES.buildId, 'deploymentName'));
  return undefined;
}

/**
 * Returns what a worker of workflows has besides when it has a version. The workers of calls have none: a call is known
 * by its name and JSON, and all versions share the queue of the calls and its rate.
 */
export function versioningOptions(version: WorkerVersion | undefined): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (!version) return {};
  return {
    workerDeploymentOptions: { useWorkerVersioning: true, version, defaultVersioningBehavior: 'PINNED' },
  };
}

/** Says whether a worker gets new follows, and how it will. */
export function versionSentence(namespace: string, version: WorkerVersion, current: WorkerVersion | undefined): string {
  const text = versionText(version);
  if (isSameVersion(version, current)) return `This worker is version ${text}, which is current: it gets new follows`;
  const instead = current ? `version ${versionText(current)}` : 'workers without a version';
  return `This worker is version ${text}, and new follows go to ${instead}. ${makeCurrent(namespace, version)}`;
}

function isName(text: string, form: RegExp, maxLength: number): boolean {
  return text.length <= maxLength && form.test(text);
}

function needsOther(given: string, missing: keyof typeof VERSIONING_VARIABLES): string {
  return `${given} is set, so ${VERSIONING_VARIABLES[missing]} must be, too: or neither`;
}
