import { ConvexProvider } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.js";
import { convex, convexUrl } from "./backend/client.js";
import { NoBackend } from "./layout/NoBackend.js";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/rateLimiter.css";
import "./styles/rateLimiterLab.css";
import "./styles/shardedCounter.css";

const root = document.getElementById("root");
if (root === null) throw new Error("invariant: index.html has an element with the id root");

createRoot(root).render(
  <StrictMode>
    {convex === null || convexUrl === null ? (
      <NoBackend />
    ) : (
      <ConvexProvider client={convex}>
        <App url={convexUrl} />
      </ConvexProvider>
    )}
  </StrictMode>,
);
