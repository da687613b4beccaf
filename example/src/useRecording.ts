import { useEffect, useState, useSyncExternalStore } from "react";

/** What a value was, one change after the other, as `useSyncExternalStore` wants it. */
class Recording<Value> {
  #values: readonly Value[] = [];
  #listeners = new Set<() => void>();

  readonly values = () => this.#values;

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  add(value: Value, most: number): void {
    // An effect may run twice for one value.
    if (this.#values.at(-1) === value) return;
    this.#values = [...this.#values, value].slice(-most);
    for (const listener of this.#listeners) listener();
  }
}

/** The last values of a subscription since the page was opened, oldest first. */
export function useRecording<Value>(value: Value | undefined, most: number): readonly Value[] {
  const [recording] = useState(() => new Recording<Value>());
  useEffect(() => {
    if (value !== undefined) recording.add(value, most);
  }, [recording, value, most]);
  return useSyncExternalStore(recording.subscribe, recording.values);
}
