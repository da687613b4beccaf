export { default } from "../../scripts/tsup.preset.ts";
