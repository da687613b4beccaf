import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listUntracked, takeSnapshot } from "./generatedFiles.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "convex-suite-git-"));
  await mkdir(join(root, "_generated/nested"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

test("a snapshot has the files of nested folders, and none of a folder that is missing", async () => {
  await writeFile(join(root, "_generated/nested/api.ts"), "text");
  const folders = [join(root, "_generated"), join(root, "missing")];
  expect([...(await takeSnapshot(folders))]).toEqual([
    [join(root, "_generated/nested/api.ts"), "text"],
  ]);
});

test("files that were never added to git are listed, also when they are ignored", async () => {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root });
  for (const file of ["added.ts", "new.ts", "ignored.ts"]) {
    await writeFile(join(root, "_generated", file), "");
  }
  await writeFile(join(root, ".gitignore"), "ignored.ts");
  git("init", "-q");
  git("add", "_generated/added.ts");
  expect(await listUntracked(root, [join(root, "_generated")])).toEqual([
    join(root, "_generated/ignored.ts"),
    join(root, "_generated/new.ts"),
  ]);
});

test("outside a repository nothing is untracked", async () => {
  await writeFile(join(root, "_generated/new.ts"), "");
  expect(await listUntracked(root, [join(root, "_generated")])).toEqual([]);
});
