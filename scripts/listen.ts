import { createServer, type Server } from "node:net";
import { findPortHolder } from "./portHolder.ts";

export interface Port {
  /** 0 takes any free one. */
  number: number;
  /** What to type before another number, for the message when it is taken. */
  flag: string;
}

/** Says who holds the port and how to choose another one. */
export class PortBusyError extends Error {}

/** Starts a server that only this machine can reach, and returns its URL. */
export async function listen(server: Server, port: Port): Promise<string> {
  try {
    await startListening(server, port.number);
  } catch (error) {
    throw isAddressInUse(error) ? new PortBusyError(await describeBusyPort(port)) : error;
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("invariant: a TCP server");
  return `http://127.0.0.1:${address.port}`;
}

/** Fails like `listen` would, for a server that somebody else starts later. */
export async function assertPortFree(port: Port): Promise<void> {
  const probe = createServer();
  await listen(probe, port);
  await new Promise((resolve) => probe.close(resolve));
}

async function startListening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

async function describeBusyPort({ number, flag }: Port): Promise<string> {
  const holder = await findPortHolder(number);
  const by = holder === null ? "" : ` by process ${holder.pid} (${holder.command})`;
  const way = `${flag} ${number + 1}`;
  return `Port ${number} is taken${by}. End that process, or choose another port: ${way}`;
}
