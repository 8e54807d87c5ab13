// `<runtime> run.mjs <origin>`: by `import`, where the package has been installed.
import * as onbehalf from "onbehalf";
import * as planted from "./planted/index.js";
import { smoke } from "./smoke.mjs";

const [origin] = globalThis.Deno?.args ?? process.argv.slice(2);
console.log(JSON.stringify(await smoke({ onbehalf, planted, origin })));
