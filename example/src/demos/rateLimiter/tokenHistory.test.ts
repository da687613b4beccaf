import { expect, test } from "vitest";
import { TokenHistories, TokenHistory, type Spell } from "./tokenHistory.js";

const MINUTE_MS = 60_000;

const spell = (tokensAt: Spell["tokensAt"]): Spell => ({ capacity: 5, tokensAt });

test("the curve drops vertically where one spell follows another", () => {
  const history = new TokenHistory();
  history.follow(
    0,
    spell(() => 5),
  );
  history.follow(
    1_000,
    spell((at) => (at - 1_000) / 1_000),
  );
  expect(history.curve({ from: 0, to: 2_000, stepMs: 500 })).toEqual([
    [0, 5],
    [500, 5],
    [1_000, 5],
    [1_000, 0],
    [1_500, 0.5],
    [2_000, 1],
  ]);
});

test("nothing is drawn before something was known", () => {
  const history = new TokenHistory();
  expect(history.capacity).toBeNull();
  expect(history.curve({ from: 0, to: 10, stepMs: 5 })).toEqual([]);
  history.follow(
    8,
    spell(() => 1),
  );
  expect(history.capacity).toBe(5);
  expect(history.curve({ from: 0, to: 10, stepMs: 5 })).toEqual([
    [8, 1],
    [10, 1],
  ]);
});

test("what began before the span still holds in it", () => {
  const history = new TokenHistory();
  history.follow(
    0,
    spell(() => 3),
  );
  history.follow(
    10 * MINUTE_MS,
    spell(() => 4),
  );
  const from = 10 * MINUTE_MS - 10;
  expect(history.curve({ from, to: from + 5, stepMs: 5 })).toEqual([
    [from, 3],
    [from + 5, 3],
  ]);
});

test("attempts are forgotten with the time they belong to", () => {
  const history = new TokenHistory();
  history.note({ at: 0, granted: 1, refused: 0 });
  history.note({ at: 10 * MINUTE_MS, granted: 0, refused: 1 });
  expect(history.attemptsSince(0)).toEqual([{ at: 10 * MINUTE_MS, granted: 0, refused: 1 }]);
});

test("every change is told to whoever follows", () => {
  const history = new TokenHistory();
  const versions: number[] = [];
  const unsubscribe = history.subscribe(() => versions.push(history.version()));
  history.follow(
    0,
    spell(() => 5),
  );
  history.note({ at: 0, granted: 1, refused: 0 });
  unsubscribe();
  history.note({ at: 1, granted: 1, refused: 0 });
  expect(versions).toEqual([1, 2]);
});

test("each limit has one history", () => {
  const histories = new TokenHistories();
  expect(histories.of("a")).toBe(histories.of("a"));
  expect(histories.of("a")).not.toBe(histories.of("b"));
});
