import type { DeprovisionStep, Plan, ProvisionStep } from '../batch-plan';
import { userSyncName, userSyncRefName, type UserSyncDifference } from '../client';

import { printable } from './printable';
import { shortTable } from './table';

const ALL_OF_THEM = 'add --json for all of them';
const TAKE_OVER = 'TakeOver replaces existing users of the sub-account: add --allow-take-over where that is wanted';

/** Words what would be created, adopted, changed and refused, safe for a terminal. */
export function provisionPlanLines(zoneId: string, { steps, counts }: Plan<ProvisionStep>): string[] {
  const rowsOf = (wanted: 'adopt' | 'change'): (string | undefined)[][] =>
    steps.flatMap((step) =>
      step.action === wanted && 'sync' in step
        ? [[userSyncName(step.item), step.sync.userProvisioningId, step.differences.map(differenceText).join('; ')]]
        : [],
    );
  const refused = steps.flatMap(({ action, item }) => (action === 'refuse' ? [[userSyncName(item), TAKE_OVER]] : []));
  return [
    planLine(zoneId, counts),
    ...section('Exist already and stay as they are:', ['ITEM', 'SYNC', 'DIFFERENCES'], rowsOf('adopt')),
    ...section('Exist already and would be changed:', ['ITEM', 'SYNC', 'CHANGES'], rowsOf('change')),
    ...section('Refused:', ['ITEM', 'REASON'], refused),
  ];
}

/** Words what would be removed and what is not there, safe for a terminal. */
export function deprovisionPlanLines(zoneId: string, { steps, counts }: Plan<DeprovisionStep>): string[] {
  const removed = steps.flatMap((step) => {
    if (step.action !== 'remove') return [];
    const { userProvisioningId, principalName, targetName, deletionStrategy } = step.sync;
    return [[userSyncName(step.sync), userProvisioningId, principalName, targetName, deletionStrategy]];
  });
  const absent = steps.flatMap(({ action, item }) => (action === 'absent' ? [[userSyncRefName(item)]] : []));
  return [
    planLine(zoneId, counts),
    ...section('Would be removed:', ['ITEM', 'SYNC', 'PRINCIPAL', 'TARGET', 'DELETION STRATEGY'], removed),
    ...section('Not there:', ['ITEM'], absent),
  ];
}

function planLine(zoneId: string, counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts).map(([action, count]) => `${action} ${count}`);
  return printable(`Plan for zone ${zoneId}: ${words.join(', ')}`);
}

function section(title: string, header: readonly string[], rows: readonly (string | undefined)[][]): string[] {
  return rows.length === 0 ? [] : ['', title, ...shortTable(header, rows, ALL_OF_THEM)];
}

function differenceText({ field, wanted, existing }: UserSyncDifference): string {
  return `${field} is ${quoted(existing)}, wanted ${quoted(wanted)}`;
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'not given' : JSON.stringify(text);
}
