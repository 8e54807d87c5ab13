import assert from "node:assert/strict";
import { test } from "node:test";
import { createReport } from "../../../examples/lib/console.mjs";

/** A report that writes into `text()`, of a terminal or a pipe. */
function recorded({ isTTY = false, env = {} } = {}) {
  let written = "";
  const stream = {
    isTTY,
    write(text) {
      written += text;
    },
  };
  return { report: createReport({ stream, env }), text: () => written };
}

test("a run whose checks all hold ends with 0", async () => {
  const { report, text } = recorded();
  const result = await report.step("adds", (step) => {
    step.check("one and one is two", 1 + 1, 2);
    return "kept";
  });
  assert.equal(result, "kept");
  assert.equal(report.finish("sum"), 0);
  assert.match(text(), /sum: ok, 1 steps, 1 of 1 checks passed, \d+ ms\n$/);
});

test("a check that fails is shown with both values, lets the run go on, and makes it end with 1", async () => {
  const { report, text } = recorded();
  await report.step("compares", (step) => {
    step.check("lists are equal", ["a"], ["b"]);
    step.check("still runs", true);
  });
  assert.equal(report.finish("run"), 1);
  assert.match(text(), /✗ lists are equal\n +expected \["b"\], got \["a"\]/);
  assert.match(text(), /run: FAILED, 1 steps, 1 of 2 checks passed/);
});

test("a step that throws is shown once with what to do, and makes the run end with 1", async () => {
  const { report, text } = recorded();
  const error = Object.assign(new Error("no"), { code: "timeout", action: "network", retryable: true });
  const thrown = await report.step("calls", () => Promise.reject(error)).catch((reason) => reason);
  assert.equal(thrown, error);
  report.abort(thrown);
  assert.equal(report.finish("run"), 1);
  assert.equal(text().match(/should have succeeded/g).length, 1);
  for (const line of [/code +timeout/, /action +network/, /retryable +true/, /to do +\S/]) assert.match(text(), line);
});

test("an error outside of any step is not lost", () => {
  const { report, text } = recorded();
  report.abort(new TypeError("a slip"));
  assert.equal(report.finish("run"), 1);
  assert.match(text(), /a slip/);
});

test("colours are for terminals, and not for those who asked for none", () => {
  const heading = (options) => {
    const { report, text } = recorded(options);
    report.heading("title");
    return text();
  };
  assert.equal(heading({ isTTY: true }), "\u001b[1mtitle\u001b[22m\n");
  assert.equal(heading({ isTTY: true, env: { NO_COLOR: "1" } }), "title\n");
  assert.equal(heading({ isTTY: false }), "title\n");
});
