import type { Suite, SuiteContext, SuiteResult } from '../suite';

import { checkUserSyncs } from './checks';
import { compareIn, type ComparedSides } from './compare';
import { scenariosFor, TASK_TIMEOUT, userSyncItems } from './scenarios';
import { checksTable, comparisonTable } from './tables';

/** Compares the creation of user syncs with what Terraform's provider does: failure, timeout, lost answers and a kill. */
export const userSyncsSuite: Suite = {
  name: 'user-syncs',
  async run(context) {
    const items = userSyncItems(context.isQuick ? 40 : 200);
    const compared = await (context.isQuick ? allAtOnce : oneByOne)(
      scenariosFor(items).map((scenario) => () => compareIn(scenario, items, (text) => context.progress(text))),
    );
    return report(compared, context);
  },
};

function report(compared: readonly ComparedSides[], { isQuick }: SuiteContext): SuiteResult {
  const results = compared.flatMap(({ terraform, ours }) => [terraform, ours]);
  const checks = checkUserSyncs(compared);
  return {
    tables: [comparisonTable(results, isQuick), checksTable(checks)],
    data: { taskTimeout: TASK_TIMEOUT, results, checks },
  };
}

function allAtOnce<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
  return Promise.all(works.map((work) => work()));
}

async function oneByOne<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const work of works) results.push(await work());
  return results;
}
