import type { Home } from "./config.ts";

/** What a component's package.json says about who publishes it. */
function stampOf(component: string, { scope, repository }: Home): Record<string, unknown> {
  const directory = `components/${component}`;
  return {
    name: `${scope}/${component}`,
    homepage: `${repository}/tree/main/${directory}#readme`,
    // npm refuses a provenance statement unless this is the repository that runs the release.
    repository: { type: "git", url: `git+${repository}.git`, directory },
    bugs: { url: `${repository}/issues` },
  };
}

/** Fields that must stand together, after this one when they are new. */
const AFTER = "license";

/** The text of a component's package.json with name and links as configured, the rest as it was. */
export function stampManifest(text: string, component: string, home: Home): string {
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const stamp = stampOf(component, home);
  const missing = Object.entries(stamp).filter(([field]) => !(field in manifest));
  const entries = Object.entries(manifest).flatMap(([field, value]) => {
    const entry: [string, unknown] = [field, stamp[field] ?? value];
    return field === AFTER ? [entry, ...missing] : [entry];
  });
  const end = AFTER in manifest ? [] : missing;
  return `${JSON.stringify(Object.fromEntries([...entries, ...end]), null, 2)}\n`;
}

/** The fields of a package.json that differ from the configuration. */
export function unstampedFields(text: string, component: string, home: Home): string[] {
  const manifest = JSON.parse(text) as Record<string, unknown>;
  return Object.entries(stampOf(component, home))
    .filter(([field, value]) => JSON.stringify(manifest[field]) !== JSON.stringify(value))
    .map(([field]) => field);
}
