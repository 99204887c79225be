import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator';

/** Runs a test against an emulator that knows the task t-1 in the zone z-1. */
export async function withEmulator(
  options: EmulatorOptions,
  run: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulator(options);
  emulator.setTask('z-1', 't-1', {});
  try {
    await run(emulator);
  } finally {
    await emulator.close();
  }
}
