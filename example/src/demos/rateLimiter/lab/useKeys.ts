import { useMutation } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useEffect } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { useCall, type CallState } from "../../../backend/useCall.js";

/** The keys of this page's limits. */
export type Keys = FunctionReturnType<typeof api.rateLimiterLab.myKeys>;

/** Asks the backend, once, which address it sees. */
export function useKeys(): CallState<Keys> {
  const { state, run } = useCall(useMutation(api.rateLimiterLab.myKeys));
  useEffect(() => void run({}), [run]);
  return state;
}
