import type { DefinitionMetadata, MountedComponent } from "./wire.ts";

/** The app at "" with every component below it, as the evaluated definitions mount them. */
export function mountTree(definitions: Map<string, DefinitionMetadata>): MountedComponent {
  return mount("", "", definitions);
}

/** Every mount below this one, parents first. */
export function mountsBelow({ childComponents }: MountedComponent): MountedComponent[] {
  return Object.values(childComponents).flatMap((child) => [child, ...mountsBelow(child)]);
}

function mount(
  definitionPath: string,
  componentPath: string,
  definitions: Map<string, DefinitionMetadata>,
): MountedComponent {
  const children = definitions.get(definitionPath)?.childComponents ?? [];
  return {
    definitionPath,
    componentPath,
    args: {},
    httpRoutes: { httpModuleRoutes: null, mounts: [] },
    exports: {},
    childComponents: Object.fromEntries(
      children.map(({ name, path }) => [
        name,
        mount(path, componentPath === "" ? name : `${componentPath}/${name}`, definitions),
      ]),
    ),
  };
}
