import { createServer, defaultServerConditions } from "vite";

/**
 * `npm run simulate`: attacks the components with more seeds than the tests, and replays failures.
 * Components and official packages are TypeScript that Node alone cannot load, so Vite loads them,
 * as it does for the tests.
 */
const conditions = ["@convex-dev/component-source", ...defaultServerConditions];

const server = await createServer({
  root: `${import.meta.dirname}/..`,
  configFile: false,
  appType: "custom",
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions },
  ssr: {
    resolve: { conditions },
    noExternal: [/^@convex-dev\//, /^@convex-suite\//, /^aggregate-/],
  },
});

interface Cli {
  simulate(args: string[], print: (text: string) => void): Promise<number>;
}

try {
  const cli = (await server.ssrLoadModule("/test/simulation/cli.ts")) as unknown as Cli;
  const failed = await cli.simulate(process.argv.slice(2), (text) => console.log(text));
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await server.close();
}
