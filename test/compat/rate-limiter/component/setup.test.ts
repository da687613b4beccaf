import { modules as ours } from "../../../../components/rate-limiter/src/test.js";

/** Our function modules, with the name that the official one has: `lib` is our `limits`. */
export const modules = {
  ...ours,
  "./component/lib.ts": ours["./component/limits.ts"],
};
