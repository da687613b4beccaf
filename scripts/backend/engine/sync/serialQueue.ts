/** Runs tasks one after the other, in the order they were added. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  readonly #onError: (error: unknown) => void;

  /** @param onError gets what a task threw; the tasks behind it run all the same. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(task: () => Promise<void> | void): void {
    this.#last = this.#last.then(task).catch(this.#onError);
  }
}
