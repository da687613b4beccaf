import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { textFiles } from "../scripts/textFiles.ts";
import { readManifest, REPOSITORY } from "./components.ts";
import { testTitles } from "./repository/titles.ts";

const files = textFiles(REPOSITORY);
const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");
const scripts = Object.keys(readManifest(REPOSITORY).scripts ?? {});

/** npm runs these without `run`. */
const SHORT = ["start", "test"];

describe("the scripts of package.json", () => {
  test.each(scripts)("%s is documented in the README", (script) => {
    const command = SHORT.includes(script) ? `npm ${script}` : `npm run ${script}`;
    expect(read("README.md")).toContain(`\`${command}`);
  });

  test("are the only ones that documents and workflows name", () => {
    const written = files.filter((file) => /\.(md|yml)$|^\.ci\/run$/.test(file));
    const unknown = written.flatMap((file) =>
      [...read(file).matchAll(/\bnpm run ([\w:-]+)/g)]
        .filter(([, script = ""]) => !scripts.includes(script))
        .map(([command]) => `${file}: ${command}`),
    );
    expect(unknown).toEqual([]);
  });
});

/** "should refuse" says what somebody wanted; "refuses" says what is so. */
const INTENTION = /\bshould\b|\b(correctly|properly)\b|^(tests?|verif\w+|ensures?) that\b|^works$/i;

test("every test title is a fact, not an intention", () => {
  const intentions = files
    .filter((file) => /\.test\.tsx?$/.test(file))
    .flatMap((file) =>
      testTitles(file, read(file))
        .filter((title) => INTENTION.test(title))
        .map((title) => `${file}: ${title}`),
    );
  expect(intentions).toEqual([]);
});

describe("downloads", () => {
  test("come from the reader's own registry: the lockfile names none", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved": "https?:/);
  });

  test("do not depend on where this was written: no file names the registry in use here", () => {
    const registry = execFileSync("npm", ["config", "get", "registry"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { host } = new URL(registry.trim());
    if (host === "registry.npmjs.org") return;
    const naming = [...files, "package-lock.json"].filter((file) => read(file).includes(host));
    expect(naming).toEqual([]);
  }, 60_000);
});
