// `<runtime> run.cjs <origin>`: by `require`.
const onbehalf = require("onbehalf");
const planted = require("./planted/index.cjs");

import("./smoke.mjs")
  .then(({ smoke }) => smoke({ onbehalf, planted, origin: process.argv[2] }))
  .then((report) => console.log(JSON.stringify(report)));
