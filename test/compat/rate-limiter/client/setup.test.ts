import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema } from "convex/server";
import type { ComponentApi } from "../../../../components/rate-limiter/src/component/_generated/component.js";
import { register } from "../../../../components/rate-limiter/src/test.js";

/** The official test file exports the app's functions itself. */
const official = import.meta.glob(
  "../../../../node_modules/@convex-dev/rate-limiter/src/client/index.test.ts",
);

const modules = Object.fromEntries(
  Object.entries(official).map(([path, load]) => [`./${path.split("/").at(-1)}`, load]),
);

export function initConvexTest() {
  const t = convexTest(defineSchema({}), { ...modules, "./_generated/api.ts": async () => ({}) });
  register(t);
  return t;
}

export const components = componentsGeneric() as unknown as { rateLimiter: ComponentApi };
