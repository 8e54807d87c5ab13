// The declarations in pkg/ are the API as it is reviewed: a build must not give others than those in git.
import { capture } from "../lib/run.mjs";
import { Failure } from "../lib/suites.mjs";

export function committedTypesCheck() {
  const changed = capture("git", ["status", "--porcelain", "--untracked-files=all", "--", "pkg/*.d.ts"]).trimEnd();
  if (changed) {
    const difference = capture("git", ["diff", "HEAD", "--", "pkg/*.d.ts"]);
    throw new Failure("pkg/*.d.ts differ from git: look at the difference and commit it", `${changed}\n${difference}`);
  }
  return `${capture("git", ["ls-files", "--", "pkg/*.d.ts"]).trim().split("\n").filter(Boolean).length} files as committed`;
}
