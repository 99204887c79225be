export { createCredentialCache } from './credential-cache';
export type { CredentialCacheOptions } from './credential-cache';
export { createCredentialChain, CREDENTIAL_SOURCE_NAMES, hasCredentialSettings } from './credential-chain';
export type { CredentialChainOptions, CredentialSourceName } from './credential-chain';
export * from './credentials';
export { TOKEN_VARIABLES } from './environment-credentials';
export { fixedCredentials } from './fixed-credentials';
export { credentialWarnings } from './token-variables';
