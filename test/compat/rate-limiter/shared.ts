/** The official package has the browser's and the server's arithmetic in one module. */
export { calculateRateLimit } from "../../../components/rate-limiter/src/client/calculateRateLimit.js";
