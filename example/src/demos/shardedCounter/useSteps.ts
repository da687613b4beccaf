import { useCallback, useState } from "react";
import { useCall, type CallState } from "../../backend/useCall.js";

/** Calls so many times, one after the other, and tells how far it has come. */
export function useSteps(
  call: () => Promise<unknown>,
  steps: number,
): { state: CallState<void>; step: number; run: () => Promise<unknown> } {
  const [step, setStep] = useState(0);
  const callAll = useCallback(async () => {
    for (let done = 0; done < steps; done++) {
      setStep(done);
      await call();
    }
  }, [call, steps]);
  const { state, run } = useCall(callAll);
  return { state, step, run: () => run(undefined) };
}
