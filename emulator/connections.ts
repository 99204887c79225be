import { type Socket } from 'node:net';

/** The open TCP connections, numbered from 1 in the order in which they came. */
export class Connections {
  private readonly sockets = new Map<Socket, { socket: number; requests: number }>();
  private last = 0;

  /** Number of connections open now. */
  get open(): number {
    return this.sockets.size;
  }

  /** Follows a connection until it closes. */
  add(socket: Socket): void {
    this.last += 1;
    this.sockets.set(socket, { socket: this.last, requests: 0 });
    socket.once('close', () => this.sockets.delete(socket));
  }

  /** Counts a request on its connection and tells whether that carried one before. */
  carry(socket: Socket): { socket: number; isReused: boolean } {
    const seen = this.sockets.get(socket);
    if (!seen) return { socket: 0, isReused: false };
    seen.requests += 1;
    return { socket: seen.socket, isReused: seen.requests > 1 };
  }
}
