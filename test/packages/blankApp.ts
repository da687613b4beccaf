import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest, REPOSITORY, type Component } from "../components.ts";
import { run } from "./run.ts";
import type { Tarball } from "./tarballs.ts";

/** What a user's app looks like before and after adding our components: fixtures/blankApp. */
const TEMPLATE = join(REPOSITORY, "test/fixtures/blankApp");

/** What a user of Convex has anyway, at the versions that this repository is tested with. */
const DEPENDENCIES = ["convex", "react"];
const DEV_DEPENDENCIES = [
  "@edge-runtime/vm",
  "@types/node",
  "@types/react",
  "@typescript/native",
  "convex-test",
  "vitest",
];

/** Writes an app that uses every component, and installs the tarballs and nothing of this tree. */
export async function createBlankApp(
  root: string,
  components: Component[],
  tarballs: Map<string, Tarball>,
): Promise<void> {
  mkdirSync(join(root, "convex"), { recursive: true });
  cpSync(TEMPLATE, root, { recursive: true });
  const write = (path: string, text: string) => writeFileSync(join(root, path), text);
  write("package.json", JSON.stringify(appManifest(components, tarballs), null, 2));
  write("convex/convex.config.ts", appConfig(components));
  write("componentTypes.ts", componentTypes(components));
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock"];
  // Components have no install scripts; those of the tools only speed them up.
  await run(root, "npm", ["install", "--ignore-scripts", ...flags]);
}

/** Files that a component's part of the template lacks. */
export function missingFromTemplate({ camelName, hasReact }: Component): string[] {
  return [
    `convex/${camelName}.ts`,
    `convex/${camelName}.test.ts`,
    ...(hasReact ? [`src/${camelName}.tsx`] : []),
  ].filter((path) => !existsSync(join(TEMPLATE, path)));
}

function appManifest(components: Component[], tarballs: Map<string, Tarball>): object {
  const pins = readManifest(REPOSITORY).devDependencies ?? {};
  const pinned = (names: string[]) =>
    Object.fromEntries(
      names.map((name) => {
        const version = pins[name];
        if (version === undefined) throw new Error(`package.json does not pin ${name}`);
        return [name, version];
      }),
    );
  const peers = components.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}));
  const packed = [...tarballs.values()].map(({ manifest, file }) => [
    manifest.name,
    `file:${file}`,
  ]);
  return {
    name: "blank-app",
    private: true,
    type: "module",
    dependencies: { ...pinned([...DEPENDENCIES, ...peers]), ...Object.fromEntries(packed) },
    devDependencies: pinned(DEV_DEPENDENCIES),
  };
}

function appConfig(components: Component[]): string {
  const imports = components.map(
    ({ camelName, manifest }) => `import ${camelName} from "${manifest.name}/convex.config.js";\n`,
  );
  const uses = components.map(({ camelName }) => `app.use(${camelName});\n`);
  return `import { defineApp } from "convex/server";
${imports.join("")}
const app = defineApp();
${uses.join("")}
export default app;
`;
}

/** Types that cannot be found turn into `any` and hide every other mistake. */
function componentTypes(components: Component[]): string {
  const lines = components.map(({ camelName }) => `  ${camelName}: false,\n`);
  return `import type { components } from "./convex/_generated/api";

type IsAny<Type> = 0 extends 1 & Type ? true : false;

export const isAny: {
  [Name in keyof typeof components]: IsAny<(typeof components)[Name]>;
} = {
${lines.join("")}};
`;
}
