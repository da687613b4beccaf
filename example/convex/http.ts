import { keyFromRequest, rateLimitHeaders, RateLimiter, SECOND } from "@convex-suite/rate-limiter";
import { httpRouter } from "convex/server";
import { components } from "./_generated/api.js";
import { httpAction } from "./_generated/server.js";

const http = httpRouter();

// #region limited
export const apiLimits = new RateLimiter(components.rateLimiter, {
  perAddress: { kind: "sliding window", rate: 5, period: 10 * SECOND },
  perMonth: { kind: "calendar", rate: 1000, unit: "month", timeZone: "Europe/Berlin" },
});

http.route({
  path: "/api/limited",
  method: "GET",
  handler: httpAction(async (ctx) => {
    const key = (await keyFromRequest(ctx)) ?? "no address";
    // Each address has both limits to itself, and both have to agree.
    const { ok, results } = await apiLimits.limitAll(ctx, [
      { name: "perAddress", key },
      { name: "perMonth", key },
    ]);
    return new Response(ok ? `Hello, ${key}` : `Too many requests from ${key}`, {
      status: ok ? 200 : 429,
      headers: { ...rateLimitHeaders(results), ...CORS },
    });
  }),
});

// Pages of another origin may call, and may read the headers that tell them where they stand.
const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "RateLimit, RateLimit-Policy, Retry-After",
};
// #endregion

export default http;
