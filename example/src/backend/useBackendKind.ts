import { version } from "convex";
import { useEffect, useState } from "react";

/** What the page talks to; null until it answered. */
export function useBackendKind(url: string, isConnected: boolean): string | null {
  const [kind, setKind] = useState<string | null>(null);
  useEffect(() => {
    if (!isConnected) return;
    let mounted = true;
    void askKind(url).then((answer) => mounted && setKind(answer));
    return () => {
      mounted = false;
    };
  }, [url, isConnected]);
  return kind;
}

async function askKind(url: string): Promise<string> {
  const { hostname } = new URL(url);
  if (hostname.endsWith(".convex.cloud")) return "Convex cloud";
  try {
    const answer = await (await fetch(`${url}/version`)).text();
    // The embedded backend is the convex package; a real one answers with its own build.
    return answer === version ? "embedded backend" : "Convex deployment";
  } catch {
    return "Convex deployment";
  }
}
