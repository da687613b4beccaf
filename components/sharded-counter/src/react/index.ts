export { optimisticAdd, useCount, type GetCountQuery, type UseCountOptions } from "./useCount.js";
