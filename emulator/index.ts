export { DEMO_ACCOUNT, startEmulator } from './server';
export type { Emulator, EmulatorOptions, ReceivedRequest } from './server';
export type { EmulatorAccount } from './signature';
export type { Answer, TaskScript } from './task-scripts';
