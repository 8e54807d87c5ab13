import * as onbehalf from "onbehalf";
import { exchange } from "./exchange.mjs";

console.log(await exchange(onbehalf));
