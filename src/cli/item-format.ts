import { DEPROVISION_ITEMS, PROVISION_ITEMS, type ItemKind, type UserSyncItem, type UserSyncRef } from '../client';

/** Fields that a file of items can have. */
export interface ItemFields {
  /** Every one, in the order in which an item gets them. */
  fields: readonly string[];
  /** Those that tell one item from another: an item has all of any of these lists. */
  keys: readonly (readonly string[])[];
}

/** What a file of items holds. */
export interface ItemFormat<Item> extends ItemFields {
  kind: ItemKind<Item>;
}

/** One item as a file has it, not checked yet. */
export interface FileRecord {
  /** Where it begins, from 1. */
  line: number;
  value: unknown;
  /** Lines of its fields, where they can differ from that. */
  fieldLines?: ReadonlyMap<string, number>;
}

/** What is wrong in a file. */
export interface FileFault {
  /** From 1; absent when it is about the file as a whole. */
  line?: number;
  /** Goes on after the name of the file, or of the line. */
  text: string;
}

/** What a file has, and what is wrong in its form. */
export interface FileContent {
  records: FileRecord[];
  faults: FileFault[];
  /** Fields that no record can have, which is a fault by itself. */
  absentFields?: readonly string[];
}

const KEY_FIELDS = [
  'principalType',
  'principalId',
  'targetType',
  'targetUin',
] as const satisfies (keyof UserSyncItem)[];

export const PROVISION_FORMAT: ItemFormat<UserSyncItem> = {
  kind: PROVISION_ITEMS,
  fields: [...KEY_FIELDS, 'duplicationStrategy', 'deletionStrategy', 'description'] satisfies (keyof UserSyncItem)[],
  keys: [KEY_FIELDS],
};

export const DEPROVISION_FORMAT: ItemFormat<UserSyncRef> = {
  kind: DEPROVISION_ITEMS,
  fields: ['userProvisioningId', ...KEY_FIELDS],
  keys: [['userProvisioningId'], KEY_FIELDS],
};

/**
 * Checks what a file has by the contract, and that no two records mean the same.
 *
 * @returns the items in one form, and every fault in the order of the lines
 */
export function checkContent<Item>(
  { records, faults: formFaults, absentFields = [] }: FileContent,
  { kind }: Pick<ItemFormat<Item>, 'kind'>,
): { items: Item[]; faults: FileFault[] } {
  const firstLines = new Map<string, number>();
  const items: Item[] = [];
  const faults = [...formFaults];
  for (const { line, value, fieldLines = new Map<string, number>() } of records) {
    const texts = kind.faultsOf(value, '');
    for (const text of texts) {
      const isAbout = (field: string): boolean => text.startsWith(`${field} `);
      const fieldLine = [...fieldLines].find(([field]) => isAbout(field))?.[1];
      if (!absentFields.some(isAbout)) faults.push({ line: fieldLine ?? line, text });
    }
    if (texts.length > 0) continue;
    const item = kind.resolve(value as Item);
    const name = kind.nameOf(item);
    const firstLine = firstLines.get(name);
    if (firstLine !== undefined) faults.push({ line, text: `the same as line ${firstLine}: ${name}` });
    else firstLines.set(name, line);
    items.push(item);
  }
  if (items.length === 0 && faults.length === 0) faults.push({ text: 'has no items' });
  return { items, faults: faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}
