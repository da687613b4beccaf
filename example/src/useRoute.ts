import { useSyncExternalStore } from "react";

/** The page named in the address: "#/rate-limiter" is "rate-limiter", nothing is "". */
export function useRoute(): string {
  return useSyncExternalStore(subscribe, () => parseRoute(location.hash));
}

export function parseRoute(hash: string): string {
  return hash.replace(/^#\/?/, "").replace(/[/?].*$/, "");
}

function subscribe(onChange: () => void): () => void {
  addEventListener("hashchange", onChange);
  return () => removeEventListener("hashchange", onChange);
}
