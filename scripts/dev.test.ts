import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { listen } from "./listen.ts";

// Runs node and, at most, the beginning of a push.
describe("npm start", { timeout: 60_000 }, () => {
  test("--help explains the options", async () => {
    const { code, output } = await ended(start("--help"));
    expect([code, output]).toEqual([0, expect.stringContaining("--backend-port <number>")]);
  });

  test.each([
    [["--port", "http"], '--port must be a port from 1 to 65535, not "http".'],
    [["--backend-port", "70000"], '--backend-port must be a port from 1 to 65535, not "70000".'],
    [["--prot", "1"], "Unknown option '--prot'. For the options: npm start -- --help"],
    [["--port", "3210"], "--port and --backend-port are both 3210: choose two different ports."],
  ])("%j ends with a message and without success", async (args, message) => {
    const { code, output } = await ended(start(...args));
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
  });

  test("a busy backend port ends it with the holder's name", async () => {
    const server = createServer();
    const { port } = new URL(await listen(server, { number: 0, flag: "" }));
    const { code, output } = await ended(start("--no-ui", "--backend-port", port));
    server.close();
    expect([code, output]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s in the middle of a push ends it, and leaves no process behind",
    async (signal) => {
      const child = start("--no-ui", "--backend-port", await findFreePort());
      child.stdout?.once("data", () => child.kill(signal));
      const { code, output } = await ended(child);
      expect([code, output]).toEqual([0, "Pushing example/ to the embedded backend...\n"]);
      await vi.waitFor(() => expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow("ESRCH"));
    },
  );
});

/** In a process group of its own, so that what it leaves behind can be counted. */
function start(...args: string[]): ChildProcess {
  const command = [join(import.meta.dirname, "dev.ts"), ...args];
  return spawn(process.execPath, command, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}

async function findFreePort(): Promise<string> {
  const server = createServer();
  const { port } = new URL(await listen(server, { number: 0, flag: "" }));
  await new Promise((resolve) => server.close(resolve));
  return port;
}
