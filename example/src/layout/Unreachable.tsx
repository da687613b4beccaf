import { useEffect, useState } from "react";
import { useConnection } from "../backend/useConnection.js";
import { Notice } from "../parts/Notice.js";

/** A push restarts the embedded backend: being away that long is nothing to report. */
const PATIENCE_MS = 2_000;

/** Says what to do when the backend does not answer. */
export function Unreachable({ url }: { url: string }) {
  const isConnected = useConnection() === "connected";
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    if (isConnected) return;
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setIsLate(false);
    };
  }, [isConnected]);
  if (isConnected || !isLate) return null;
  return (
    <Notice>
      The backend at {url} does not answer. Start it with <code>npm start</code> (or{" "}
      <code>npm run dev</code> for a real deployment): this page reconnects by itself.
    </Notice>
  );
}
