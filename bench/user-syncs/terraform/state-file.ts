import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Ids of user syncs by principal id: all that Terraform knows after a crash. */
export type State = Readonly<Record<string, string>>;

/** Reads the state; that of a file that is not there is empty. */
export function readState(file: string): State {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : {};
}

/** The state, written after each resource. */
export class StateFile {
  private state: State;

  constructor(private readonly file: string) {
    this.state = readState(file);
  }

  has(principalId: string): boolean {
    return this.state[principalId] !== undefined;
  }

  add(principalId: string, userProvisioningId: string): void {
    this.state = { ...this.state, [principalId]: userProvisioningId };
    const written = `${this.file}.new`;
    writeFileSync(written, JSON.stringify(this.state));
    // At once, so that a kill leaves a whole file.
    renameSync(written, this.file);
  }
}
