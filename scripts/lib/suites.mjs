// Running named suites one after the other: seconds and the runner's own closing line for each, then a summary.

/** What a suite fails with. `output` was held back until now. */
export class Failure extends Error {
  constructor(message, output = "") {
    super(message);
    this.output = output;
  }
}

/** Runs all suites, whatever fails. A suite gives its closing line, or throws. Gives true when all have passed. */
export async function runSuites(suites) {
  const rows = [];
  for (const { name, run } of suites) {
    console.log(`\n=== ${name}`);
    const started = performance.now();
    let closing;
    let passed = true;
    try {
      closing = await run();
    } catch (error) {
      passed = false;
      if (error.output) console.error(error.output.trimEnd());
      closing = error instanceof Failure || error.constructor === Error ? error.message : error.stack;
    }
    const seconds = (performance.now() - started) / 1000;
    console.log(`${passed ? "ok" : "FAILED"} in ${seconds.toFixed(1)} s: ${closing}`);
    rows.push({ name, passed, seconds, closing });
  }
  summarise(rows);
  return rows.every(({ passed }) => passed);
}

function summarise(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log("\n=== summary");
  for (const { name, passed, seconds, closing } of rows) {
    const [first] = closing.split("\n");
    console.log(`${passed ? "ok    " : "FAILED"} ${name.padEnd(width)} ${seconds.toFixed(1).padStart(6)} s  ${first}`);
  }
  const failed = rows.filter(({ passed }) => !passed);
  const total = rows.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1);
  const verdict = failed.length === 0 ? "all passed" : `FAILED: ${failed.map(({ name }) => name).join(", ")}`;
  console.log(
    `${rows.length} suites, ${rows.length - failed.length} passed, ${failed.length} failed in ${total} s: ${verdict}`,
  );
}
