export * from './input';
export * from './names';
export * from './outcome';
export * from './snapshot';
export * from './task-status';
