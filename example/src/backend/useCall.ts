import { useCallback, useRef, useState } from "react";

/** Where a call to the backend is. */
export type CallState<Result> =
  | { phase: "idle" }
  | { phase: "running" }
  | { phase: "done"; result: Result; at: number }
  | { phase: "failed"; error: unknown; at: number };

/** A call that is made on demand, and what became of the latest one. */
export interface Call<Argument, Result> {
  state: CallState<Result>;
  /** Never rejects: what goes wrong is in `state`. */
  run: (argument: Argument) => Promise<CallState<Result>>;
}

/** Follows calls of a mutation or an action, one at a time. */
export function useCall<Argument, Result>(
  call: (argument: Argument) => Promise<Result>,
): Call<Argument, Result> {
  const [state, setState] = useState<CallState<Result>>({ phase: "idle" });
  const latest = useRef(0);
  const run = useCallback(
    async (argument: Argument) => {
      const number = ++latest.current;
      setState({ phase: "running" });
      const outcome = await settle(call(argument));
      // An older call that comes back late must not cover the newer one's answer.
      if (number === latest.current) setState(outcome);
      return outcome;
    },
    [call],
  );
  return { state, run };
}

async function settle<Result>(promise: Promise<Result>): Promise<CallState<Result>> {
  try {
    const result = await promise;
    return { phase: "done", result, at: Date.now() };
  } catch (error) {
    return { phase: "failed", error, at: Date.now() };
  }
}
