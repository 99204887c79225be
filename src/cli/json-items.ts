import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

import type { FileContent, FileFault, FileRecord, ItemFields } from './item-format';

/**
 * Reads items from a JSON array. A number keeps the digits that the file has where it is an account id.
 *
 * @param text - without a byte order mark
 */
export function jsonItems(text: string, format: ItemFields): FileContent {
  const lineAt = lineFinder(text);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  if (errors.length > 0) return { records: [], faults: syntaxFaults(errors, lineAt) };
  if (root?.type !== 'array') return { records: [], faults: [{ line: 1, text: 'must begin an array of items' }] };
  const faults: FileFault[] = [];
  const records = (root.children ?? []).map((node): FileRecord => {
    const line = lineAt(node.offset);
    if (node.type !== 'object') return { line, value: valueOf(node) };
    const fieldLines = new Map<string, number>();
    const values = new Map<string, unknown>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      const field = String(key?.value);
      if (values.has(field)) faults.push({ line: lineAt(property.offset), text: `${field} is there twice` });
      fieldLines.set(field, lineAt(property.offset));
      values.set(field, field === 'targetUin' && value?.type === 'number' ? sourceOf(value, text) : valueOf(value));
    }
    return { line, value: inOrder(values, format), fieldLines };
  });
  return { records, faults };
}

/** One fault for each line: the parser goes on after an error, and trips again. */
function syntaxFaults(errors: readonly ParseError[], lineAt: (offset: number) => number): FileFault[] {
  const texts = new Map<number, string>();
  for (const { error, offset } of errors) {
    const words = printParseErrorCode(error)
      .replaceAll(/\B[A-Z]/g, (letter) => ` ${letter}`)
      .toLowerCase();
    const line = lineAt(offset);
    if (!texts.has(line)) texts.set(line, `is not JSON: ${words}`);
  }
  return [...texts].map(([line, text]) => ({ line, text }));
}

/** Known fields first, so that the same items are the same bytes. */
function inOrder(values: ReadonlyMap<string, unknown>, { fields }: ItemFields): object {
  const known = fields.filter((field) => values.has(field));
  const others = [...values.keys()].filter((field) => !fields.includes(field));
  return Object.fromEntries([...known, ...others].map((field) => [field, values.get(field)]));
}

/** Of an object or array the contract takes nothing, so what it holds does not matter. */
function valueOf(node: Node | undefined): unknown {
  if (node?.type === 'object') return {};
  return node?.type === 'array' ? [] : (node?.value as unknown);
}

function sourceOf({ offset, length }: Node, text: string): string {
  return text.slice(offset, offset + length);
}

/** Returns a function that finds the line of an offset, from 1. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
