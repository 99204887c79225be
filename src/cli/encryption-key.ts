import { VARIABLES } from '../config/variables';
import { isKeyId, newEncryptionKey } from '../encryption/encryption-keys';

import { refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, printNote, type CommonOptions } from './output';

/** Options of `encryption-key` as typed. */
export interface EncryptionKeyOptions extends CommonOptions {
  id?: string;
}

/** Prints a new key as an entry of the keys; by default its id is the day, in UTC. */
export function encryptionKey({ id = new Date().toISOString().slice(0, 10), json }: EncryptionKeyOptions): number {
  refuseFaults(isKeyId(id) ? [] : ['--id must be 1 to 64 letters, digits, ".", "_" and "-"']);
  const entry = `${id}:${newEncryptionKey()}`;
  if (json) {
    printJson({ id, entry });
  } else {
    printLine(entry);
    printNote(
      `Keep it where secrets are kept, as an entry of ${VARIABLES.encryptionKeys}: without it nothing that it encrypts can be read again`,
    );
  }
  return EXIT_CODES.success;
}
