import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  // Started from the root by `npm start`, from here by `npm run dev`.
  root: import.meta.dirname,
  plugins: [react()],
  // Components are imported from their sources, so that nothing has to be built first.
  resolve: { conditions: ["@convex-dev/component-source", ...defaultClientConditions] },
  // A port that is taken is an error to report, and this machine the only one to serve.
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  preview: { host: "127.0.0.1", port: 4173, strictPort: true },
  optimizeDeps: {
    // Named here because what Vite discovers later makes it reload the page.
    include: [
      "convex",
      "convex/react",
      "convex/server",
      "convex/values",
      "react",
      "react-dom/client",
      "react/jsx-dev-runtime",
      "uplot",
    ],
  },
});
