import { useBackendKind } from "../backend/useBackendKind.js";
import { useConnection, type Connection } from "../backend/useConnection.js";
import { useRoundTrip } from "../backend/useRoundTrip.js";

const WORDS: Record<Connection, string> = {
  connected: "Connected",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
};

/** Whether the backend is there, how far away it is, and what it is. */
export function StatusLine({ url }: { url: string }) {
  const connection = useConnection();
  const isConnected = connection === "connected";
  const roundTripMs = useRoundTrip(isConnected);
  const kind = useBackendKind(url, isConnected);
  return (
    <div className="status" data-connection={connection}>
      {/* Only this is announced: a latency that changes every few seconds is not news. */}
      <span role="status" className="status-state">
        {WORDS[connection]}
      </span>
      {roundTripMs !== null && (
        <span className="status-latency" title="A mutation to the backend and back">
          {formatLatency(roundTripMs)}
        </span>
      )}
      <span className="status-backend">
        {kind !== null && <span>{kind}</span>} <code>{new URL(url).host}</code>
      </span>
    </div>
  );
}

function formatLatency(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}
