export * from './age';
export { idFaults, InvalidInputError, MAX_DURATION_SECONDS } from './checks';
export * from './input';
export * from './messages';
export * from './names';
export * from './outcome';
export * from './snapshot';
export * from './task-status';
