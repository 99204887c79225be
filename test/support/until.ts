/** Waits until a condition holds; fails after 30 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`Still not true after 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
