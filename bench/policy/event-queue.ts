/** A binary heap of numbered things, each with an instant: the earliest comes out first. */
export class EventQueue {
  private readonly instants: number[] = [];
  private readonly items: number[] = [];

  /** Returns the earliest instant; Infinity when there is none. */
  get nextAt(): number {
    return this.instants[0] ?? Infinity;
  }

  push(at: number, item: number): void {
    const { instants, items } = this;
    let hole = items.length;
    items.push(item);
    instants.push(at);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const parentAt = instants[parent] ?? 0;
      if (parentAt <= at) break;
      instants[hole] = parentAt;
      items[hole] = items[parent] ?? 0;
      hole = parent;
    }
    instants[hole] = at;
    items[hole] = item;
  }

  /** Takes out what {@link nextAt} belongs to; undefined when there is nothing. */
  pop(): number | undefined {
    const { instants, items } = this;
    const first = items[0];
    const at = instants.pop();
    const item = items.pop();
    if (at === undefined || item === undefined || items.length === 0) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= items.length) break;
      if ((instants[child + 1] ?? Infinity) < (instants[child] ?? 0)) child += 1;
      const childAt = instants[child] ?? 0;
      if (childAt >= at) break;
      instants[hole] = childAt;
      items[hole] = items[child] ?? 0;
      hole = child;
    }
    instants[hole] = at;
    items[hole] = item;
    return first;
  }
}
