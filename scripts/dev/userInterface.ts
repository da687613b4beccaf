import { join } from "node:path";
import { createServer } from "vite";

export interface UserInterface {
  url: string;
  close(): Promise<void>;
}

/** Serves the example's pages with hot reload, connected to a backend. */
export async function startUserInterface(
  projectFolder: string,
  port: number,
  backendUrl: string,
): Promise<UserInterface> {
  // Vite gives variables of the process precedence over those in .env files.
  process.env.VITE_CONVEX_URL = backendUrl;
  // The embedded backend serves HTTP actions at the same address.
  process.env.VITE_CONVEX_SITE_URL = backendUrl;
  const vite = await createServer({
    root: projectFolder,
    configFile: join(projectFolder, "vite.config.ts"),
    server: { host: "127.0.0.1", port, strictPort: true },
    clearScreen: false,
    logLevel: "warn",
  });
  await vite.listen();
  return { url: `http://127.0.0.1:${port}`, close: () => vite.close() };
}
