/** A task by its ids. */
export interface TaskIds {
  zoneId: string;
  taskId: string;
}

const NAMED = 3;

/** Names a task so that it differs from those of other zones. */
export function nameOf({ zoneId, taskId }: TaskIds): string {
  return `${zoneId}/${taskId}`;
}

/** Names the first of some tasks, and counts the others. */
export function someNames(tasks: readonly TaskIds[]): string {
  const names = tasks.slice(0, NAMED).map(nameOf).join(', ');
  return tasks.length > NAMED ? `${names} and ${tasks.length - NAMED} more` : names;
}

/** Words a number of follows: `1 follow`, `2 follows`. */
export function followCount(count: number): string {
  return count === 1 ? '1 follow' : `${count} follows`;
}
