import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A command that failed, with everything it said. */
export class CommandError extends Error {}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs a program and returns what it wrote to stdout.
 *
 * The programs run as a user's would: without the settings that npm and vitest hand down to what
 * they start, but with this Node first on the path, because npm's own may be older.
 */
export async function run(cwd: string, command: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd,
      env: userEnvironment(),
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new CommandError(`${command} ${args.join(" ")} failed in ${cwd}\n${stdout}\n${stderr}`);
  }
}

/** Runs a program written in JavaScript with this Node. */
export function runNode(cwd: string, args: string[]): Promise<string> {
  return run(cwd, process.execPath, args);
}

function userEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^(npm_|VITEST|CONVEX_|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$|TEST$|DEV$|PROD$)/;
  const own = Object.entries(process.env).filter(([name]) => !inherited.test(name));
  const path = `${process.execPath.replace(/\/[^/]*$/, "")}:${process.env["PATH"] ?? ""}`;
  return { ...Object.fromEntries(own), PATH: path, CI: "1", NO_COLOR: "1" };
}
