import type { DataConverter } from '@temporalio/common';

import { EncryptionCodec } from './encryption-codec';
import type { EncryptionSettings } from './encryption-keys';

/** Path of the module with the failure converter, for the data converter and for the bundle of the workflows. */
export const FAILURE_CONVERTER_PATH = require.resolve('./failure-converter');

/**
 * Makes the data converter of a worker or a client that encrypts. A worker needs a bundle of its workflows with
 * {@link FAILURE_CONVERTER_PATH} besides.
 *
 * @param settings - without them nothing is encrypted, and what others have encrypted is refused with a message that
 *   names the missing key
 */
export function createDataConverter(settings?: EncryptionSettings): DataConverter {
  const payloadCodecs = [new EncryptionCodec(settings)];
  return settings ? { payloadCodecs, failureConverterPath: FAILURE_CONVERTER_PATH } : { payloadCodecs };
}
