import { listArgs, vListReturns } from "../shared/validators.js";
import { query } from "./_generated/server.js";
import { list as listKeys } from "./model/list.js";

export const list = query({
  args: listArgs,
  returns: vListReturns,
  handler: (ctx, args) => listKeys(ctx, args),
});
