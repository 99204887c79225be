export { ConfigurationError } from '../config/configuration-error';
export { createDataConverter } from './data-converter';
export { EncryptionCodec, UnreadablePayloadError } from './encryption-codec';
export { encryptionOf, parseEncryptionKeys, type EncryptionKey, type EncryptionSettings } from './encryption-keys';
