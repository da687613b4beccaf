import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { assertPortFree, listen } from "./listen.ts";

const servers: ReturnType<typeof createServer>[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test("a server listens on this machine's own address", async () => {
  expect(await start(0)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test("a busy port is refused with its holder and the way to another port", async () => {
  const port = portOf(await start(0));
  const refusal = await start(port).catch(String);
  if (process.platform === "linux") {
    expect(refusal).toContain(`is taken by process ${process.pid} (`);
  }
  expect(refusal).toContain(`Port ${port} is taken`);
  expect(refusal).toContain(`choose another port: --port ${port + 1}`);
});

test("a port held on every address is busy too", async () => {
  const holder = createServer();
  servers.push(holder);
  await new Promise<void>((resolve) => holder.listen(0, resolve));
  const address = holder.address();
  const number = typeof address === "object" && address !== null ? address.port : 0;
  await expect(assertPortFree({ number, flag: "--port" })).rejects.toThrow(
    `Port ${number} is taken`,
  );
});

test("looking whether a port is free leaves it free", async () => {
  const port = portOf(await start(0));
  servers[0]?.close();
  await assertPortFree({ number: port, flag: "--port" });
  expect(portOf(await start(port))).toBe(port);
});

function start(number: number): Promise<string> {
  const server = createServer();
  servers.push(server);
  return listen(server, { number, flag: "--port" });
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
