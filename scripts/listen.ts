import type { Server } from "node:http";

/** Starts a server on this machine's own address only; port 0 takes any free one. */
export async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("invariant: a TCP server");
  return `http://127.0.0.1:${address.port}`;
}
