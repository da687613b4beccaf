import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isPushed, watchSources } from "./watchSources.ts";

test("sources are pushed; tests, generated code and other files are not", () => {
  const files = ["limits.ts", "model/shards.ts", "react/useLimit.tsx", "legacy.mjs"];
  const others = ["limits.test.ts", "ctx.test-d.ts", "_generated/api.ts", "notes.md", "limits.ts~"];
  for (const folder of ["example/convex", "components/counter/src"]) {
    const below = (name: string) => `${folder}/${name}`;
    expect([...files, ...others].map(below).filter(isPushed)).toEqual(files.map(below));
  }
  expect(["vite.config.ts", "example/src/App.tsx"].filter(isPushed)).toEqual([]);
});

describe("watching", () => {
  let root: string;
  let stop: () => void;
  let changes: number;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "convex-suite-watch-"));
    await write("example/convex/messages.ts");
    await write("example/convex/model/rows.ts");
    await write("components/counter/src/index.ts");
    changes = 0;
    stop = watchSources(root, () => (changes += 1));
  });
  afterEach(async () => {
    stop();
    await rm(root, { recursive: true });
  });

  test("a file is heard of however often another one is renamed over it", async () => {
    for (let times = 1; times <= 3; times += 1) {
      await write("example/convex/messages.ts~");
      await rename(inRoot("example/convex/messages.ts~"), inRoot("example/convex/messages.ts"));
      await heard(times);
    }
    await write("example/convex/messages.ts");
    await heard(4);
  });

  test("a folder is heard of when it is new, and when it was replaced", async () => {
    await write("example/convex/model/deep/er/file.ts");
    await heard(1);
    await write("example/convex/model/deep/er/file.ts");
    await heard(2);
    await rm(inRoot("example/convex/model"), { recursive: true });
    await write("example/convex/model/rows.ts");
    await heard(3);
    await write("example/convex/model/rows.ts");
    await heard(4);
  });

  test("a component is heard of when it is new", async () => {
    await write("components/limiter/src/component/limits.ts");
    await heard(1);
    await write("components/limiter/src/component/limits.ts");
    await heard(2);
  });

  test("many changes at once are one, and what is not pushed is none", async () => {
    for (const file of ["messages.ts", "model/rows.ts", "new.ts"]) {
      await write(`example/convex/${file}`);
    }
    await heard(1);
    await write("example/convex/messages.test.ts");
    await write("example/convex/_generated/api.ts");
    await write("example/convex/notes.md");
    await write("example/src/App.ts");
    await write("components/counter/dist/index.js");
    await sleep(300);
    expect(changes).toBe(1);
  });

  test("nothing is heard of after the stop", async () => {
    await write("example/convex/messages.ts");
    stop();
    await write("example/convex/messages.ts");
    await sleep(300);
    expect(changes).toBe(0);
  });

  async function heard(times: number): Promise<void> {
    await vi.waitFor(() => expect(changes).toBe(times), { timeout: 5000, interval: 10 });
  }

  async function write(path: string): Promise<void> {
    await mkdir(dirname(inRoot(path)), { recursive: true });
    await writeFile(inRoot(path), "");
  }

  function inRoot(path: string): string {
    return join(root, path);
  }
});
