import { useConvexConnectionState } from "convex/react";

/** `connecting` until the first success, `reconnecting` after it. */
export type Connection = "connecting" | "connected" | "reconnecting";

/** Whether the websocket is up. */
export function useConnection(): Connection {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  if (isWebSocketConnected) return "connected";
  return hasEverConnected ? "reconnecting" : "connecting";
}
