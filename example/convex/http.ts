import { httpRouter } from "convex/server";
import { limited } from "./rateLimiterHttp.js";

const http = httpRouter();
http.route({ path: "/api/limited", method: "GET", handler: limited });

export default http;
