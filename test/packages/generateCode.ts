/**
 * Runs an app's own `convex codegen`, with our push endpoints in the place of a deployment:
 *
 *   node test/packages/generateCode.ts <app folder>
 *
 * A program of its own, because the endpoints import the app's modules: in a test they would be
 * imported through Vite.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createPushHandler } from "../../scripts/backend/push/handler.ts";
import { runNode } from "./run.ts";

async function generateCode(app: string): Promise<void> {
  const refuse = () => Promise.reject(new Error("codegen only analyzes"));
  const handlePush = createPushHandler({ activate: refuse, runFunction: refuse });
  const server = createServer((request, response) => void handlePush(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const deployment = ["--url", `http://127.0.0.1:${port}`, "--admin-key", "local"];
  try {
    const cli = join(app, "node_modules/convex/bin/main.js");
    await runNode(app, [cli, "codegen", "--typecheck", "disable", ...deployment]);
  } finally {
    server.close();
  }
}

await generateCode(process.argv[2] ?? "");
