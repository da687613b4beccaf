import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Contents of every file in some folders, by path. */
export type Snapshot = Map<string, string>;

/** Reads every file below the folders; a folder that does not exist has none. */
export async function takeSnapshot(folders: string[]): Promise<Snapshot> {
  const snapshot: Snapshot = new Map();
  for (const folder of folders) {
    for (const file of await listFiles(folder)) snapshot.set(file, await readFile(file, "utf8"));
  }
  return snapshot;
}

export interface Drift {
  file: string;
  kind: "changed" | "missing" | "stale" | "untracked";
}

/** How checked-in files differ from what they ought to be. */
export function compareSnapshots(checkedIn: Snapshot, generated: Snapshot): Drift[] {
  const files = [...new Set([...checkedIn.keys(), ...generated.keys()])].sort();
  return files.flatMap((file): Drift[] => {
    const before = checkedIn.get(file);
    const after = generated.get(file);
    if (before === after) return [];
    if (before === undefined) return [{ file, kind: "missing" }];
    return [{ file, kind: after === undefined ? "stale" : "changed" }];
  });
}

/** Files below the folders that exist and were never added to git; none outside a repository. */
export async function listUntracked(root: string, folders: string[]): Promise<string[]> {
  const args = ["ls-files", "--others", "--", ...folders];
  try {
    const { stdout } = await promisify(execFile)("git", args, { cwd: root });
    return stdout
      .split("\n")
      .filter((file) => file !== "")
      .map((file) => join(root, file));
  } catch {
    return [];
  }
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
