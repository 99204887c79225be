import type { Directory, LostAnswer, UserSyncRecord, UserSyncTaskRecord } from '../../emulator';

/** Scripts and watches an emulator in another process. */
export class EmulatorControl {
  constructor(private readonly url: string) {}

  setZone(zoneId: string, directory: Directory): Promise<void> {
    return this.put(`zones/${zoneId}`, directory);
  }

  setLostAnswers(lostAnswers: readonly LostAnswer[]): Promise<void> {
    return this.put('lost-answers', lostAnswers);
  }

  userSyncs(zoneId: string): Promise<UserSyncRecord[]> {
    return this.get<UserSyncRecord[]>(`user-syncs?zoneId=${zoneId}`);
  }

  userSyncTasks(zoneId: string): Promise<UserSyncTaskRecord[]> {
    return this.get<UserSyncTaskRecord[]>(`user-sync-tasks?zoneId=${zoneId}`);
  }

  private async put(path: string, value: unknown): Promise<void> {
    await this.send(path, { method: 'PUT', body: JSON.stringify(value) });
  }

  private async get<T>(path: string): Promise<T> {
    const answer = await this.send(path, {});
    return (await answer.json()) as T;
  }

  private async send(path: string, request: RequestInit): Promise<Response> {
    const answer = await fetch(`${this.url}/_emulator/${path}`, request);
    if (!answer.ok) throw new Error(`The emulator refused ${path}: ${await answer.text()}`);
    return answer;
  }
}
