import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { createPushHandler } from "./backend/push/handler.ts";
import { parseCommandLine } from "./commandLine.ts";
import { CliError, runConvexCli } from "./convexCli.ts";
import { compareSnapshots, listUntracked, takeSnapshot, type Drift } from "./generatedFiles.ts";
import { listen } from "./listen.ts";

const HELP = `Writes _generated/ of every component and of the example through the real convex CLI.

  npm run codegen                     everything
  npm run codegen -- rate-limiter     one component (a new one needs only its convex.config.ts)
  npm run codegen -- --check          fails when a checked-in file differs, is missing, stale or
                                      not in git; the files are left regenerated, ready to commit
`;

/** Something codegen writes for: a component's sources, or the app that mounts them. */
interface Target {
  name: string;
  /** Where `_generated` goes. */
  functionsFolder: string;
  isComponent: boolean;
}

export interface CodegenResult {
  names: string[];
  drift: Drift[];
}

/** Regenerates the named components, or all of them and the example. Throws a CliError. */
export async function generate(root: string, names: string[]): Promise<CodegenResult> {
  const targets = await findTargets(root, names);
  const folders = targets.map(({ functionsFolder }) => join(functionsFolder, "_generated"));
  const before = await takeSnapshot(folders);
  await generateTargets(root, targets);
  const after = await takeSnapshot(folders);
  const drift = compareSnapshots(before, after);
  const untracked = (await listUntracked(root, folders))
    .filter((file) => !drift.some((other) => other.file === file))
    .map((file): Drift => ({ file, kind: "untracked" }));
  return { names: targets.map(({ name }) => name), drift: [...drift, ...untracked] };
}

async function findTargets(root: string, names: string[]): Promise<Target[]> {
  const app = {
    name: "example",
    functionsFolder: join(root, "example/convex"),
    isComponent: false,
  };
  const targets = [...(await findComponents(root)), app];
  const unknown = names.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined) {
    const known = targets.map(({ name }) => name).join(", ");
    throw new CliError(`No component is called "${unknown}". There are: ${known}.`);
  }
  return names.length === 0 ? targets : targets.filter(({ name }) => names.includes(name));
}

async function findComponents(root: string): Promise<Target[]> {
  const names = (await readdir(join(root, "components"))).sort();
  return names
    .map((name) => ({
      name,
      functionsFolder: join(root, "components", name, "src/component"),
      isComponent: true,
    }))
    .filter(({ functionsFolder }) => existsSync(join(functionsFolder, "convex.config.ts")));
}

/** The components, then the app: the app's types are made of the components'. */
async function generateTargets(root: string, targets: Target[]): Promise<void> {
  const server = createServer();
  const handlePush = createPushHandler({
    activate: () => Promise.reject(new Error("codegen does not deploy")),
    runFunction: () => Promise.reject(new Error("codegen does not run functions")),
  });
  server.on("request", (request, response) => void handlePush(request, response));
  const url = await listen(server, { number: 0, flag: "" });
  const run = (target: Target) => generateTarget(target, join(root, "example"), url);
  try {
    await forEachConcurrently(
      targets.filter(({ isComponent }) => isComponent),
      run,
    );
    for (const app of targets.filter(({ isComponent }) => !isComponent)) await run(app);
  } finally {
    server.close();
  }
}

async function generateTarget(target: Target, projectFolder: string, url: string): Promise<void> {
  // Component sources are read as they are, so nothing has to be built first.
  const args = ["codegen", "--typecheck", "disable", "--live-component-sources"];
  if (target.isComponent) {
    args.push("--component-dir", relative(projectFolder, target.functionsFolder));
  }
  try {
    await runConvexCli({ projectFolder, url, args });
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`${target.name}: ${error.message}`);
    throw error;
  }
}

/** As many at a time as there are processors: each run is a process busy with bundling. */
async function forEachConcurrently<Item>(
  items: Item[],
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

const DRIFT_NAMES: Record<Drift["kind"], string> = {
  changed: "differs from what the sources generate",
  missing: "was missing",
  stale: "is no longer generated",
  untracked: "is not in git",
};

/** Runs the command; returns its exit code. */
export async function codegen(
  argv: string[],
  root: string,
  print: (text: string) => void,
): Promise<number> {
  const { values, positionals } = parseCommandLine("npm run codegen -- --help", {
    args: argv,
    allowPositionals: true,
    options: { check: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    print(HELP);
    return 0;
  }
  const { names, drift } = await generate(root, positionals);
  print(`Generated code of ${names.join(", ")}.`);
  if (!values.check || drift.length === 0) return 0;
  print("Checked-in generated code is out of date. It is regenerated now: look at it, commit it.");
  for (const { file, kind } of drift) print(`  ${relative(root, file)} ${DRIFT_NAMES[kind]}`);
  return 1;
}

if (import.meta.main) {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const root = join(import.meta.dirname, "..");
  process.exitCode = await codegen(process.argv.slice(2), root, print).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
}
