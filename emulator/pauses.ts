/** Real-time waits that can all be given up at once. */
export class Pauses {
  private readonly timers = new Set<NodeJS.Timeout>();

  /** Waits; never resolves when it is given up. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, delayMs);
      this.timers.add(timer);
    });
  }

  /** Gives up every wait. */
  cancel(): void {
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers.clear();
  }
}
