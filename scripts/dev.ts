import { join } from "node:path";
import { parseCommandLine } from "./commandLine.ts";
import { Development } from "./dev/development.ts";

const HELP = `Serves the example: npm start [-- options]

  --port <number>          port of the pages             default 5173
  --backend-port <number>  port of the embedded backend  default 3210
  --no-ui                  backend only

The backend runs in this process and keeps its data in memory. Changes below example/convex and
components/*/src are pushed through the real convex CLI; each push starts with fresh, seeded data.
`;

async function main(): Promise<void> {
  const { values } = parseCommandLine("npm start -- --help", {
    options: {
      port: { type: "string", default: "5173" },
      "backend-port": { type: "string", default: "3210" },
      ui: { type: "boolean", default: true },
      help: { type: "boolean" },
    },
    allowNegative: true,
  });
  if (values.help) {
    log(HELP);
    return;
  }
  const uiPort = values.ui ? parsePort("--port", values.port) : null;
  const backendPort = parsePort("--backend-port", values["backend-port"]);
  if (uiPort === backendPort) {
    throw new Error(`--port and --backend-port are both ${uiPort}: choose two different ports.`);
  }
  surviveUserCode();
  const development = new Development({
    root: join(import.meta.dirname, ".."),
    uiPort,
    backendPort,
    log,
  });
  stopOnSignals(() => development.stop());
  try {
    await development.start();
  } catch (error) {
    await development.stop();
    throw error;
  }
}

function parsePort(flag: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`${flag} must be a port from 1 to 65535, not "${text}".`);
}

function stopOnSignals(stop: () => Promise<void>): void {
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      // Somebody who asks twice does not want to wait.
      if (isStopping) process.exit(1);
      isStopping = true;
      void stop().then(() => process.exit(0));
    });
  }
}

/** The app's functions run in this process: what they leave unhandled must not end it. */
function surviveUserCode(): void {
  for (const event of ["unhandledRejection", "uncaughtException"]) {
    process.on(event, (error: unknown) => {
      log(`Unhandled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  }
}

function log(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main().catch((error: unknown) => {
  // Stopped while starting: the signal's handler is about to exit.
  if (error instanceof Error && error.name === "AbortError") return;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // Not just an exit code: a function of the app may hold the process with a timer.
  process.exit(1);
});
