import { readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from '../support/project';

/** One instruction of the Dockerfile, with its continued lines joined. */
export interface Instruction {
  name: string;
  text: string;
}

/** The instructions of one `FROM`, itself the first of them. */
export type Stage = readonly Instruction[];

/** Stages of the Dockerfile: what builds, and what becomes the image. */
export const [buildStage = [], imageStage = []] = readStages();

function readStages(): Stage[] {
  const lines = readFileSync(path.join(root, 'Dockerfile'), 'utf8').split('\n');
  const code = lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).join('\n');
  const instructions = code.split(/(?<!\\)\n/).map((line): Instruction => {
    const [, name = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line.replaceAll(/\\\n\s*/g, '').trim()) ?? [];
    return { name, text };
  });
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  return stages;
}

/** Texts of all instructions of that name. */
export function textsOf(stage: Stage, name: string): string[] {
  return stage.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** Paths that a stage copies from the checkout, or from another stage, as `[source, target]`. */
export function copies(stage: Stage, from?: string): [string, string][] {
  return textsOf(stage, 'COPY').flatMap((text): [string, string][] => {
    const words = text.split(/\s+/);
    const option = words.find((word) => word.startsWith('--from='));
    if (option !== (from === undefined ? undefined : `--from=${from}`)) return [];
    const paths = words.filter((word) => !word.startsWith('--'));
    const target = paths.pop() ?? '';
    return paths.map((source) => [source, target]);
  });
}
