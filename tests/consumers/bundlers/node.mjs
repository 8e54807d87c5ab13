// The entry for Node: one file without node_modules, as it is deployed to functions.
import { app } from "./app.mjs";

app().then(console.log);
