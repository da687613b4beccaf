import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");
const START_MS = 60_000;
const STOP_MS = 5_000;

/** The example, served as `npm start` serves it, on ports nobody uses. */
export interface Showcase {
  url: string;
  stop: () => Promise<void>;
}

/** Starts the example and resolves when its pages can be opened. */
export async function startShowcase(): Promise<Showcase> {
  const [port, backendPort] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    ["scripts/dev.ts", "--port", String(port), "--backend-port", String(backendPort)],
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
  );
  try {
    await opened(child);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

/** Waits for the line that names the page. */
function opened(child: ChildProcess): Promise<void> {
  let output = "";
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`npm start ${reason}:\n${output}`));
    const timer = setTimeout(() => fail(`took more than ${START_MS / 1_000} s`), START_MS);
    child.once("error", (error) => fail(`failed with ${error.message}`));
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (!/^Open http/m.test(output)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await exited;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("invariant: a TCP server");
  server.close();
  await once(server, "close");
  return address.port;
}
