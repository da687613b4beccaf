import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

type Message = Record<string, unknown> & { type: string };

/** A websocket that says what a test tells it to, and remembers what it is told. */
export interface RawClient {
  readonly received: Message[];
  /** The close code and reason, once there is one. */
  readonly closed: Promise<{ code: number; reason: string }>;
  send(message: Record<string, unknown>): void;
  sendRaw(data: string | Buffer): void;
  /** The next message of this type that was not returned before. */
  next(type: string): Promise<Message>;
  /** Stops reading, as a client that hangs. */
  pause(): void;
  terminate(): void;
}

export async function openRaw(url: string, version = "1.0.0"): Promise<RawClient> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/${version}/sync`);
  onTestFinished(() => socket.terminate());
  const received: Message[] = [];
  const taken = new Set<Message>();
  socket.on("message", (data: Buffer) => received.push(JSON.parse(data.toString()) as Message));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return {
    received,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    sendRaw: (data) => socket.send(data),
    pause: () => socket.pause(),
    terminate: () => socket.terminate(),
    async next(type) {
      for (;;) {
        const found = received.find((each) => each.type === type && !taken.has(each));
        if (found !== undefined) {
          taken.add(found);
          return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
  };
}

/** As a client introduces itself. */
export function connectMessage(sessionId = "11111111-1111-4111-8111-111111111111") {
  return { type: "Connect", sessionId, connectionCount: 0, lastCloseReason: null, clientTs: 0 };
}

export function addQuery(queryId: number, udfPath: string, args: object = {}) {
  return { type: "Add", queryId, udfPath, args: [args] };
}
