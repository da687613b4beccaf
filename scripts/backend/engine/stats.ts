/** What the engine has done since it started. */
export interface EngineStats {
  /** Transactions that wrote something. */
  commits: number;
  /** Subscribed queries run again because of a commit. */
  reruns: number;
  /** Subscribed queries left alone by a commit, as it touched nothing they had read. */
  skipped: number;
  /** Connected websocket clients. */
  connections: number;
}
