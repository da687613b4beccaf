import { createServer, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../listen.ts";
import { assertDeploymentAnswers } from "./deployment.ts";

test("a deployment that answers is fine", async () => {
  const url = await serve((_request, response) => response.end("1.0.0"));
  await assertDeploymentAnswers(url);
});

test("a dead URL is refused in one line with the reason", async () => {
  const server = createServer();
  const url = await listen(server, { number: 0, flag: "" });
  await new Promise((resolve) => server.close(resolve));
  await expect(assertDeploymentAnswers(url)).rejects.toThrow(
    `No deployment answers at ${url}: connect ECONNREFUSED ${url.replace("http://", "")}`,
  );
});

test("text that is no URL is refused", async () => {
  await expect(assertDeploymentAnswers("nowhere")).rejects.toThrow(
    "No deployment answers at nowhere: Invalid URL",
  );
});

test("a server that is no deployment is refused", async () => {
  const url = await serve((_request, response) => response.writeHead(404).end());
  await expect(assertDeploymentAnswers(url)).rejects.toThrow("its /version is HTTP 404");
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => void server.close());
  const url = await listen(server, { number: 0, flag: "" });
  return url;
}
