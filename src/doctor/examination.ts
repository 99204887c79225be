import { messageOf } from '../sentences';
import { unlessAborted } from '../tencent/call-deadline';

import { failed, skipped, type Check, type CheckName, type Finding, type Step } from './check';

/** Bounds of {@link createExamination}. */
export interface ExaminationLimits {
  /** Of one step, in ms. Default 5,000. */
  stepMs?: number;
  /** Of all steps together, in ms from now. Default 30,000. */
  totalMs?: number;
}

/** Does one step after another: bounded in time, never throwing, skipping what an earlier failure makes pointless. */
export function createExamination({ stepMs = 5_000, totalMs = 30_000 }: ExaminationLimits = {}): (
  step: Step,
) => Promise<Check> {
  const endMs = performance.now() + totalMs;
  /** The failure that stands behind each check that failed or was skipped. */
  const causes = new Map<CheckName, CheckName>();
  return async (step) => {
    const { name, needs = [], limitMs = stepMs } = step;
    const cause = needs.map((need) => causes.get(need)).find((failure) => failure !== undefined);
    if (cause !== undefined) {
      causes.set(name, cause);
      return { name, ...skippedBecauseOf(cause) };
    }
    const finding = await examine(step, Math.min(limitMs, endMs - performance.now()));
    if (finding.verdict === 'failed') causes.set(name, name);
    return { name, ...finding };
  };
}

/** Skips a check because of an earlier failure. */
export function skippedBecauseOf(cause: CheckName): Finding {
  return skipped(`not checked, because ${cause} failed`);
}

async function examine(step: Step, limitMs: number): Promise<Finding> {
  // What is left by a timer that fired a little early is no time to check anything in.
  if (limitMs < 10) return failed('not checked: the checks before took all the time', 'Mend what was slow, then again');
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error(`no answer within ${Math.ceil(limitMs / 100) / 10} s`));
  const timer = setTimeout(abort, limitMs);
  try {
    return await unlessAborted(step.run(controller.signal), controller.signal);
  } catch (error) {
    return failed(messageOf(error), step.next);
  } finally {
    clearTimeout(timer);
  }
}
