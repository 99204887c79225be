import { existsSync } from 'node:fs';
import path from 'node:path';

import { hashFiles, readStamp, type BundleStamp } from './bundle-stamp';
import { FAILURE_CONVERTER_PATH } from './encryption/data-converter';
import { packageFolder, readVersion } from './package-folder';

/** What a bundle has besides the workflows. */
export interface BundleVariant {
  /** The workflows have spans. */
  traced: boolean;
  /** Messages and stack traces of failures are payloads, which a codec encrypts. */
  encrypted: boolean;
}

/** What the bundler puts into a variant; a worker must use nothing else inside of its workflows. */
export interface BundleParts {
  workflowInterceptorModules: string[];
  failureConverterPath?: string;
}

/** The variants that are built. */
export const BUNDLE_VARIANTS: readonly BundleVariant[] = [
  { traced: false, encrypted: false },
  { traced: true, encrypted: false },
  { traced: false, encrypted: true },
  { traced: true, encrypted: true },
];

/** Workflow interceptors of a worker that traces. */
const TRACING_INTERCEPTORS: readonly string[] = [
  require.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors'),
];

/** The bundle of the workflows cannot be used: a set-up fault, which a new build or installation mends. */
export class WorkflowBundleError extends Error {
  override readonly name = 'WorkflowBundleError';

  constructor(file: string, faults: readonly string[]) {
    super(
      `The workflow bundle ${file} cannot be used: ${faults.join('; ')}. Run "npm run build" in a checkout; install the package or build the image again elsewhere`,
    );
  }
}

/**
 * Finds the bundle of the workflows that was built ahead for a worker of this very package.
 *
 * @param folder - default: this package's
 * @throws WorkflowBundleError naming all that is wrong: it is missing, or was built for another version of the package or
 *   of the SDK, as another variant, or from other code than lies beside it
 */
export function findWorkflowBundle(variant: BundleVariant, folder = packageFolder()): { codePath: string } {
  const codePath = bundleFile(variant, folder);
  const faults = faultsOf(codePath, variant, folder);
  if (faults.length > 0) throw new WorkflowBundleError(codePath, faults);
  return { codePath };
}

function faultsOf(file: string, variant: BundleVariant, folder: string): string[] {
  if (!existsSync(file)) return ['it is missing'];
  const stamp = readStamp(file);
  if (!stamp) return ['it has no stamp'];
  const { version, sdk, variant: name } = describeBuild(variant, folder);
  const faults: string[] = [];
  if (stamp.version !== version) faults.push(`it was built for version ${stamp.version}, and this is ${version}`);
  if (stamp.sdk !== sdk) {
    faults.push(`it was built with @temporalio/worker ${stamp.sdk}, and ${sdk} is installed`);
  }
  if (stamp.variant !== name) faults.push(`it is the variant "${stamp.variant}", not "${name}"`);
  if (!isOfCode(stamp, folder)) faults.push('it was built from other workflow code than lies beside it');
  return faults;
}

function isOfCode({ files, hash }: BundleStamp, folder: string): boolean {
  try {
    return hashFiles(folder, files) === hash;
  } catch {
    return false;
  }
}

/** Tells what a stamp says of a build that is made now, but for the code. */
export function describeBuild(
  variant: BundleVariant,
  folder: string,
): Pick<BundleStamp, 'version' | 'sdk' | 'variant'> {
  return {
    version: readVersion(folder),
    sdk: readVersion(path.dirname(require.resolve('@temporalio/worker/package.json'))),
    variant: nameOf(variant),
  };
}

/** Returns the file of a variant in the folder of the package. */
export function bundleFile(variant: BundleVariant, folder: string): string {
  const name = nameOf(variant);
  return path.join(folder, 'dist', name === 'plain' ? 'workflow-bundle.js' : `workflow-bundle.${name}.js`);
}

/** Returns what a variant has besides the workflows. */
export function bundleParts({ traced, encrypted }: BundleVariant): BundleParts {
  return {
    workflowInterceptorModules: traced ? [...TRACING_INTERCEPTORS] : [],
    ...(encrypted && { failureConverterPath: FAILURE_CONVERTER_PATH }),
  };
}

function nameOf({ traced, encrypted }: BundleVariant): string {
  const parts = [...(traced ? ['traced'] : []), ...(encrypted ? ['encrypted'] : [])];
  return parts.join('-') || 'plain';
}
