// The same sources give the same wasm wherever they lie: built again from a copy, with another cargo home.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at, release } from "../lib/paths.mjs";
import { cargoHome, must } from "../lib/run.mjs";
import { Failure } from "../lib/suites.mjs";

export async function reproducible() {
  const copy = mkdtempSync(join(tmpdir(), "onbehalf-elsewhere-"));
  try {
    // Cargo wants the files of all targets it knows, so tests and examples come along.
    const sources = [
      "Cargo.toml",
      "Cargo.lock",
      ".cargo",
      "package.json",
      "src",
      "tests",
      "examples",
      "scripts",
      "README.md",
    ];
    for (const name of sources.filter((source) => existsSync(at(source)))) {
      cpSync(at(name), join(copy, name), { recursive: true, filter: (path) => !path.includes("node_modules") });
    }
    symlinkSync(at("node_modules"), join(copy, "node_modules"));
    const home = join(copy, "cargo-home");
    mkdirSync(home);
    for (const name of ["registry", "config.toml", "bin"]) {
      if (existsSync(join(cargoHome, name))) symlinkSync(join(cargoHome, name), join(home, name));
    }
    const program =
      'import("./scripts/build/wasm.mjs").then(async (wasm) => wasm.buildWasm((await import("./scripts/lib/paths.mjs")).release))';
    await must(process.execPath, ["--eval", program], { cwd: copy, quiet: true, env: { CARGO_HOME: home } });
    const [here, there] = [
      join(release.outDir, "core_bg.wasm"),
      join(copy, "target/onbehalf/release/core_bg.wasm"),
    ].map(digest);
    if (here !== there) throw new Failure(`the wasm depends on where it is built: ${here} here, ${there} in a copy`);
    return `sha256 ${here} in both places`;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function digest(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
