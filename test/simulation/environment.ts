import { randomNumbers } from "./choices.ts";

/** Where the wall clock of every run starts. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

const PRINTING = ["log", "info", "debug", "warn", "error", "trace", "time", "timeEnd", "timeLog"];

let isInUse = false;

/** What a transaction sees: its clock stands still, and its randomness is its own. */
export interface Moment {
  nowMs: number;
  seed: number;
}

/**
 * The globals that functions see during a run: a simulated clock, seeded randomness, and a console
 * that is quiet, because a failing run is reported by its trace.
 */
export class Environment {
  readonly #wallClock: () => number;
  readonly #random: () => number;
  #transaction: { nowMs: number; random: () => number } | null = null;

  constructor(seed: number, wallClock: () => number) {
    this.#wallClock = wallClock;
    this.#random = randomNumbers(seed);
  }

  /** What `Date.now()` says. */
  now(): number {
    return Math.floor(this.#transaction?.nowMs ?? this.#wallClock());
  }

  /** Runs a transaction as of a moment. Transactions never overlap: each runs in microtasks only. */
  async during<T>({ nowMs, seed }: Moment, run: () => Promise<T>): Promise<T> {
    if (this.#transaction !== null) throw new Error("invariant: two transactions at once");
    this.#transaction = { nowMs, random: randomNumbers(seed) };
    try {
      return await run();
    } finally {
      this.#transaction = null;
    }
  }

  /** Replaces the globals while `run` runs. */
  async use<T>(run: () => Promise<T>): Promise<T> {
    if (isInUse) throw new Error("One simulation at a time: they replace Date, Math and console.");
    isInUse = true;
    const { Date: RealDate, console: realConsole } = globalThis;
    const realRandom = Math.random;
    globalThis.Date = simulatedDate(RealDate, () => this.now());
    Math.random = () => (this.#transaction?.random ?? this.#random)();
    globalThis.console = quiet(realConsole);
    try {
      return await run();
    } finally {
      globalThis.Date = RealDate;
      Math.random = realRandom;
      globalThis.console = realConsole;
      isInUse = false;
    }
  }
}

function simulatedDate(RealDate: DateConstructor, now: () => number): DateConstructor {
  return new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, key) => (key === "now" ? now : (Reflect.get(target, key) as unknown)),
  });
}

function quiet(console: Console): Console {
  const silent = Object.fromEntries(PRINTING.map((method) => [method, () => {}]));
  return Object.assign(Object.create(console) as Console, silent);
}
