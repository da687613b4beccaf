import { createServer, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../listen.ts";
import { assertDeploymentAnswers, siteUrlOf } from "./deployment.ts";

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

test.each([
  ["https://happy-animal-123.convex.cloud", "https://happy-animal-123.convex.site"],
  [
    "https://happy-animal-123.eu-west-1.convex.cloud/",
    "https://happy-animal-123.eu-west-1.convex.site",
  ],
  ["http://127.0.0.1:3210", "http://127.0.0.1:3211"],
  ["https://convex.example.com", "https://convex.example.com"],
])("the HTTP actions of %s are at %s", (url, siteUrl) => {
  expect(siteUrlOf(url)).toBe(siteUrl);
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => void server.close());
  const url = await listen(server, { number: 0, flag: "" });
  return url;
}
