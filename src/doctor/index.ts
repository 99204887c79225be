import { createSecrets, type Secrets } from '../secrets';
import { CLOUD_CHECKS, TEMPORAL_CHECKS, type Check, type CheckName, type Step } from './check';
import { createCloudSide } from './cloud-checks';
import { createConfigurationStep, type Configured } from './configuration-check';
import { createExamination, skippedBecauseOf } from './examination';
import type { Side } from './side';
import { createTemporalSide } from './temporal-checks';

export { verdictOf } from './check';
export type { Check, CheckName, Verdict } from './check';

/** Options of {@link runDoctor}. */
export interface DoctorOptions {
  /** That of a worker, also in `process.env`: Temporal's part is read there. */
  env: NodeJS.ProcessEnv;
  homeDir: string;
  /** A zone of the account, to be asked for. Default: none is known, so one that cannot exist. */
  zoneId?: string | undefined;
}

/**
 * Finds out what keeps a worker from its work: configuration, Temporal server, cloud. It changes nothing, never throws
 * for what it finds, takes some 30 s at most, and yields each check as soon as it is done, without any secret.
 */
export async function* runDoctor(options: DoctorOptions): AsyncGenerator<Check, void> {
  const secrets = createSecrets(options.env);
  const show = (text: string): string => secrets.hide(text.replaceAll(/\s+/g, ' ').trim());
  for await (const { name, verdict, detail, next } of examine(options, secrets)) {
    yield { name, verdict, detail: show(detail), ...(next !== undefined && { next: show(next) }) };
  }
}

async function* examine({ env, homeDir, zoneId }: DoctorOptions, secrets: Secrets): AsyncGenerator<Check, void> {
  const examineStep = createExamination();
  const configured: Configured = {};
  yield await examineStep(createConfigurationStep(env, configured));
  const { temporal, cloud } = configured;
  const apiKey = temporal?.config.connectionOptions.apiKey;
  if (typeof apiKey === 'string') secrets.add(apiKey);
  yield* examineSide(examineStep, TEMPORAL_CHECKS, temporal && createTemporalSide(temporal.config, temporal.peer));
  const options = { env, homeDir, zoneId, secrets };
  yield* examineSide(examineStep, CLOUD_CHECKS, cloud && createCloudSide({ ...options, settings: cloud }));
}

async function* examineSide(
  examineStep: (step: Step) => Promise<Check>,
  names: readonly CheckName[],
  side: Side | undefined,
): AsyncGenerator<Check, void> {
  if (!side) {
    for (const name of names) yield { name, ...skippedBecauseOf('configuration') };
    return;
  }
  try {
    for (const step of side.steps) yield await examineStep(step);
  } finally {
    await side.close();
  }
}
