import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Choices, formatChoices, parseChoices } from "./choices.ts";

const lists = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 });

test.prop([lists])("written choices are read back", (choices) => {
  expect(parseChoices(formatChoices(choices))).toEqual(choices);
});

test("runs of the same choice are written once", () => {
  expect(formatChoices([0, 0, 0, 5, 1, 1])).toBe("0*3,5,1*2");
});

test.each(["", "x", "1,,2", "-1", "1*0", "1.5"])("%j is no list of choices", (text) => {
  expect(() => parseChoices(text)).toThrow("is not a choice");
});

test.prop([fc.integer(), fc.array(fc.integer({ min: 1, max: 100 }))])(
  "a seed makes the same choices again, and their list replays them",
  (seed, counts) => {
    const drawAll = (choices: Choices) => counts.map((count) => choices.draw(count));
    const first = new Choices(seed);
    const drawn = drawAll(first);
    expect(drawAll(new Choices(seed))).toEqual(drawn);
    expect(drawAll(new Choices(0, first.made))).toEqual(drawn);
  },
);

test("choices that are missing or too large are still choices", () => {
  const choices = new Choices(1, [7]);
  expect([choices.draw(3), choices.draw(3), choices.pick(["calm", "other"])]).toEqual([
    2,
    0,
    "calm",
  ]);
});

test("a chance of nothing never comes, and a certain one always does", () => {
  const choices = new Choices(1);
  expect(Array.from({ length: 100 }, () => choices.chance(0))).not.toContain(true);
  expect(Array.from({ length: 100 }, () => choices.chance(1))).not.toContain(false);
});
