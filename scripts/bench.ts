import { createServer, defaultServerConditions, type ViteDevServer } from "vite";

/**
 * `npm run bench` measures ours beside the official packages and writes BENCHMARKS.md.
 * `npm run bench -- --check` compares with what is committed: see test/bench/README.md.
 *
 * Components are loaded through Vite, as tests load them: from source, with `import.meta.glob`.
 */
const conditions = ["@convex-dev/component-source", ...defaultServerConditions];

interface Bench {
  run(options: { isCheck: boolean; print: (line: string) => void }): Promise<boolean>;
}

async function loadBench(server: ViteDevServer): Promise<Bench> {
  return (await server.ssrLoadModule("/test/bench/run.ts")) as Bench;
}

const server = await createServer({
  root: `${import.meta.dirname}/..`,
  configFile: false,
  appType: "custom",
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions },
  ssr: {
    resolve: { conditions },
    // Their "./test" entries are TypeScript, which Node does not load from node_modules.
    noExternal: [/^@convex-dev\//, /^aggregate-/],
  },
});
try {
  const { run } = await loadBench(server);
  const isFine = await run({ isCheck: process.argv.includes("--check"), print: console.log });
  process.exitCode = isFine ? 0 : 1;
} finally {
  await server.close();
}
