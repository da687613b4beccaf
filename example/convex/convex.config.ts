import rateLimiter from "@convex-suite/rate-limiter/convex.config.js";
import shardedCounter from "@convex-suite/sharded-counter/convex.config.js";
import { defineApp } from "convex/server";

const app = defineApp();
app.use(rateLimiter);
app.use(shardedCounter);

export default app;
