// @bitrix24/b24jssdk as our pages need it: the messages between our frame and the portal's page, and nothing else of it.
// Pages ask the portal nothing over REST, so the SDK's REST client (with axios, 60 % of the whole) stays out, and so does
// luxon, which only dates its log lines. Prints the script; it sets window.B24Js as the SDK's own UMD file does.
import { build } from "esbuild";

const INSTEAD = {
  rest: "export class HttpV2 {} export class HttpV3 {}",
  dates: "const at = (date) => ({ toFormat: () => date.toISOString(), toISO: () => date.toISOString() });"
    + "export const DateTime = { now: () => at(new Date()), fromJSDate: at };",
};
const leftOut = {
  name: "left-out",
  setup(bundle) {
    bundle.onResolve({ filter: /\/http\/v[23]\.mjs$/ }, () => ({ path: "rest", namespace: "instead" }));
    bundle.onResolve({ filter: /^luxon$/ }, () => ({ path: "dates", namespace: "instead" }));
    bundle.onLoad({ filter: /.*/, namespace: "instead" }, (found) => ({ contents: INSTEAD[found.path] }));
  },
};
const made = await build({
  stdin: {
    contents: 'import { initializeB24Frame } from "@bitrix24/b24jssdk"; window.B24Js = { initializeB24Frame };',
    resolveDir: process.cwd(),
  },
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  write: false,
  plugins: [leftOut],
});
process.stdout.write(made.outputFiles[0].text);
