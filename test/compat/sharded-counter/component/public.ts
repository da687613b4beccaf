/** Our functions, in the module where the official package has them. */
export * from "../../../../components/sharded-counter/src/component/counters.js";
