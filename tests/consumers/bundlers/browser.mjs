// The entry for browsers: the result is left where the test finds it.
import { app } from "./app.mjs";

app().then(
  (result) => {
    document.title = result;
  },
  (error) => {
    document.title = `failed: ${error.stack}`;
  },
);
