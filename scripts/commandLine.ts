import { parseArgs, type ParseArgsConfig } from "node:util";

/** Node's `parseArgs`, whose errors end with where to read on: `npm start -- --help`. */
export function parseCommandLine<const Config extends ParseArgsConfig>(
  help: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!isTheirs(error)) throw error;
    // The advice that follows is about arguments which begin with a dash.
    const [problem = ""] = error.message.split(/\.\s/, 1);
    throw new Error(`${problem.replace(/\.$/, "")}. For the options: ${help}`, { cause: error });
  }
}

function isTheirs(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^ERR_PARSE_ARGS/.test(String(error.code));
}
