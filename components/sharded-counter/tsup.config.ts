export { default } from "../../scripts/tsup.preset.js";
