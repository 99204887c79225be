/**
 * Lists the versions that are released, the latest first: those whose section has a date.
 *
 * @param changelog - the text of CHANGELOG.md
 */
export function releasedVersions(changelog: string): string[] {
  return [...changelog.matchAll(/^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$/gm)].map(([, version = '']) => version);
}
