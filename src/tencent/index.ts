export * from './credentials';
export * from './endpoint';
export * from './error-classes';
export * from './errors';
export * from './organization-client';
export * from './sign';
export * from './transport';
