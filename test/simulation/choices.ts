/** mulberry32: small, fast, and the same numbers on every engine. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Every decision of a run, in order. A run is made of its choices alone, so the list replays it, and
 * cutting or zeroing parts of the list makes it simpler: 0 is always the calm choice (no fault, no
 * delay, the oldest event, stop).
 */
export class Choices {
  /** What was chosen so far. */
  readonly made: number[] = [];
  /** To which piece of work each choice belongs, such as one operation of one client. */
  readonly owners: (string | null)[] = [];
  /** To which the next choice belongs. */
  owner: string | null = null;
  readonly #random: () => number;
  readonly #replay: readonly number[] | null;

  /** @param replay Choices to make again; calm ones follow when it ends. */
  constructor(seed: number, replay: readonly number[] | null = null) {
    this.#random = randomNumbers(seed);
    this.#replay = replay;
  }

  /** A whole number from 0 up to, not including, `count`. */
  draw(count: number): number {
    if (count <= 1) return 0;
    return this.#make(this.#next(count));
  }

  /** True with this probability, in steps of a thousandth. */
  chance(probability: number): boolean {
    const choice = this.#next(1000);
    const isStruck = choice >= 1000 - Math.round(probability * 1000);
    // How it was missed makes no difference, and zeros are what shrinking need not try.
    this.#make(isStruck ? choice : 0);
    return isStruck;
  }

  /** The choices from a position on belong to this piece of work after all. */
  own(from: number, owner: string | null): void {
    this.owners.fill(owner, from);
    this.owner = owner;
  }

  #make(choice: number): number {
    this.made.push(choice);
    this.owners.push(this.owner);
    return choice;
  }

  #next(count: number): number {
    if (this.#replay === null) return Math.floor(this.#random() * count);
    return Math.min(this.#replay[this.made.length] ?? 0, count - 1);
  }

  /** A number from `low` to `high`, in steps of a thousandth; `low` is the calm one. */
  between([low, high]: readonly [low: number, high: number]): number {
    return low + this.draw(Math.round((high - low) * 1000)) / 1000;
  }

  /** One of the values; the first is the calm one. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.draw(values.length)] ?? values[0];
  }
}

/** The choices as text for a command line; `0*12` stands for twelve zeros. */
export function formatChoices(choices: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < choices.length;) {
    let end = i + 1;
    while (end < choices.length && choices[end] === choices[i]) end += 1;
    parts.push(end - i > 1 ? `${choices[i]}*${end - i}` : `${choices[i]}`);
    i = end;
  }
  return parts.join(",");
}

export function parseChoices(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [value, times = "1"] = part.split("*");
    const choice = Number(value);
    if (value === "" || !Number.isSafeInteger(choice) || choice < 0 || !(Number(times) >= 1)) {
      throw new Error(`"${part}" is not a choice: write whole numbers such as "3,0*12,1".`);
    }
    return Array<number>(Number(times)).fill(choice);
  });
}
