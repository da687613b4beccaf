import { join } from "node:path";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { createBackendServer } from "./backend/server.ts";
import { parseCommandLine } from "./commandLine.ts";
import { Pusher } from "./dev/pusher.ts";
import { listen } from "./listen.ts";
import { assertDeploymentAnswers, siteUrlOf } from "./tour/deployment.ts";
import { rateLimiterTour } from "./tour/rateLimiter.ts";
import { shardedCounterTour } from "./tour/shardedCounter.ts";
import type { TourApp } from "./tour/step.ts";
import { formatAnswers, isAsExpected, type Answer } from "./tour/table.ts";

const HELP = `Asks every component of the example what it promises: npm run tour [-- options]

  --url <url>       a deployment that serves the example; its demo data is reset
                    default: an embedded backend, started for the tour
  --site-url <url>  where that deployment serves its HTTP actions
                    default: its .convex.site on the cloud, elsewhere the next port

Exits with 1 if anything differs from what was expected.
`;

const TOURS = [rateLimiterTour, shardedCounterTour];

async function main(): Promise<number> {
  const { values } = parseCommandLine("npm run tour -- --help", {
    options: { url: { type: "string" }, "site-url": { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    print(HELP);
    return 0;
  }
  const backendLog: string[] = [];
  const answers =
    values.url === undefined
      ? await tourEmbedded((line) => backendLog.push(line))
      : await tourDeployment(values.url, values["site-url"]);
  const different = answers.filter((answer) => !isAsExpected(answer)).length;
  if (different > 0) backendLog.forEach(print);
  print(formatAnswers(answers));
  print(`\n${answers.length - different} of ${answers.length} as expected.`);
  return different === 0 ? 0 : 1;
}

/** A tour of the sources as they are, on a backend of its own. */
async function tourEmbedded(log: (line: string) => void): Promise<Answer[]> {
  const backend = createBackendServer(log);
  try {
    const url = await listen(backend.http, { number: 0, flag: "" });
    const projectFolder = join(import.meta.dirname, "../example");
    await new Pusher({ projectFolder, url, log }).push();
    return await tour(url, url);
  } finally {
    await backend.close();
  }
}

/** A tour of what is deployed. One question first, or every step would fail for the same reason. */
async function tourDeployment(url: string, siteUrl: string | undefined): Promise<Answer[]> {
  await assertDeploymentAnswers(url);
  return tour(url, siteUrl ?? siteUrlOf(url));
}

async function tour(url: string, siteUrl: string): Promise<Answer[]> {
  const app: TourApp = { http: new ConvexHttpClient(url), live: new ConvexClient(url), siteUrl };
  const answers: Answer[] = [];
  try {
    for (const { component, steps } of TOURS) {
      for (const { asked, expected, see } of steps) {
        const seen = await see(app).catch((error: unknown) => firstLine(error));
        answers.push({ component, asked, expected, seen });
      }
    }
  } finally {
    await app.live.close();
  }
  return answers;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
