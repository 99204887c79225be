import { readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from '../support/project';

/** The version of the package, which an image of it has as its tag. */
export const { version: VERSION } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  version: string;
};
