/** First in, first out, with room for so many numbers. */
class Ring {
  private readonly items: Uint32Array;
  private head = 0;
  length = 0;

  constructor(capacity: number) {
    this.items = new Uint32Array(capacity);
  }

  push(item: number): void {
    this.items[(this.head + this.length) % this.items.length] = item;
    this.length += 1;
  }

  shift(): number {
    const item = this.items[this.head] ?? 0;
    this.head = (this.head + 1) % this.items.length;
    this.length -= 1;
    return item;
  }
}

/** The server's queue as a model: tasks of one zone in their order, zones that have some in turn. */
export class Line {
  private readonly rings: Ring[];
  private served = 0;
  length = 0;

  /** @param tasksOfZones - how many can stand in line at most, for each zone */
  constructor(tasksOfZones: readonly number[]) {
    this.rings = tasksOfZones.map((tasks) => new Ring(tasks));
  }

  push(task: number, zone: number): void {
    this.rings[zone]?.push(task);
    this.length += 1;
  }

  /** Takes out the next one; undefined when nobody waits. */
  shift(): number | undefined {
    for (let step = 1; step <= this.rings.length; step += 1) {
      const zone = (this.served + step) % this.rings.length;
      const ring = this.rings[zone];
      if (!ring || ring.length === 0) continue;
      this.served = zone;
      this.length -= 1;
      return ring.shift();
    }
    return undefined;
  }
}
