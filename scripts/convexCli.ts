import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

export interface CliRun {
  /** The project folder: the one with `convex.json` or the `convex/` folder. */
  projectFolder: string;
  /** The deployment to talk to. */
  url: string;
  /** Command and options, without the deployment's. */
  args: string[];
  /** Ends the CLI when aborted. */
  signal?: AbortSignal;
}

/** What a failed run has to say, without progress and boilerplate. */
export class CliError extends Error {}

/** Runs the real `convex` CLI against a deployment that takes any admin key. Throws a CliError. */
export async function runConvexCli({ projectFolder, url, args, signal }: CliRun): Promise<void> {
  const command = [CLI_FILE, ...args, "--url", url, "--admin-key", "local"];
  const child = spawn(process.execPath, command, {
    cwd: projectFolder,
    env: cliEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  let failure: Error | undefined;
  child.once("error", (error) => (failure = error));
  // Also after an abort: nobody goes on while the process is still there.
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (failure !== undefined) throw failure;
  if (exitCode !== 0) throw new CliError(readableFailure(output));
}

const CLI_FILE = join(
  dirname(createRequire(import.meta.url).resolve("convex/package.json")),
  "bin/main.js",
);

/** Nothing of the caller's own deployment may leak in, and no crash report may leave. */
function cliEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("CONVEX_") && name !== "VERCEL",
  );
  // On CI the CLI keeps its crash reporter off.
  return { ...Object.fromEntries(own), CI: "1", NO_COLOR: "1" };
}

const BOILERPLATE = [
  /^Error: Unable to (start|finish) push to \S+$/,
  // What the CLI says between the request and the message of the answer.
  /^Error fetching (GET|POST)\s+\S+ \d+ [A-Za-z ]+: /,
  // esbuild says everything twice, and gives advice that does not fit.
  /^esbuild failed: .*$/,
  /^.*: ERROR: .*$/,
  /^\s*You can mark the path .* as external .*$/,
];

/** The CLI's output without progress, symbols and the wrapping of our own messages. */
export function readableFailure(output: string): string {
  const lines = stripVTControlCharacters(output).split(/[\r\n]+/);
  const failure = lines
    .slice(lines.findLastIndex(isProgress) + 1)
    .map((line) => BOILERPLATE.reduce((text, noise) => text.replace(noise, ""), unmark(line)))
    .filter((line) => line.trim() !== "");
  return (failure.length > 0 ? failure : lines).join("\n").trim();
}

function isProgress(line: string): boolean {
  return line.trimEnd().endsWith("...");
}

function unmark(line: string): string {
  return line.replace(/^[-✖✔⠀-⣿]\s+/, "").trimEnd();
}
