// The runtimes that are programs: Node, Deno and Bun.
import { join } from "node:path";
import { run } from "../lib/run.mjs";
import { Failure } from "../lib/suites.mjs";
import { caseCount, inSmokeConsumer, judge, withServer } from "./consumer.mjs";
import { runtimes } from "./tools.mjs";

const ways = {
  node: [
    { name: "import", args: ["run.mjs"] },
    { name: "require", args: ["run.cjs"] },
  ],
  // As Node was before 20.19: takes index.cjs.
  oldNode: [{ name: "require without require(esm)", args: ["--no-experimental-require-module", "run.cjs"] }],
  // Nothing but the network, and of that only this machine.
  deno: [{ name: "import", args: ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", "run.mjs"] }],
  bun: [
    { name: "import", args: ["run.mjs"] },
    { name: "require", args: ["run.cjs"] },
  ],
};

export async function runNodes() {
  const { node20, node22, node24 } = await runtimes();
  return smokeAll([
    { program: node20, ways: [...ways.node, ...ways.oldNode] },
    { program: node22, ways: ways.node },
    { program: node24, ways: ways.node },
  ]);
}

export async function runDeno() {
  const { deno } = await runtimes();
  return smokeAll([{ program: deno, ways: ways.deno }]);
}

export async function runBun() {
  const { bun } = await runtimes();
  return smokeAll([{ program: bun, ways: ways.bun }]);
}

function smokeAll(programs) {
  return inSmokeConsumer(async (folder) => {
    const hosts = new Set();
    let runs = 0;
    for (const { program, ways } of programs) {
      for (const { name, args } of ways) {
        hosts.add(await withServer((origin) => smoke({ folder, program, name, args: [...args, origin] })));
        runs += 1;
      }
    }
    return `${[...hosts].join(", ")}: ${runs} runs of ${caseCount} cases passed`;
  });
}

async function smoke({ folder, program, name, args }) {
  const env = { DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" };
  const { status, output } = await run(program, args, { quiet: true, cwd: folder, env });
  const report = output.split("\n").find((line) => line.startsWith('{"host"'));
  if (status !== 0 || !report) throw new Failure(`${program} ${name}: exit ${status}`, output);
  return judge(name, JSON.parse(report));
}
