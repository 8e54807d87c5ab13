const onbehalf = require("onbehalf");

import("./exchange.mjs").then(({ exchange }) => exchange(onbehalf)).then(console.log);
