// Keycloak, as its makers publish it: fetched by Maven when it is missing, started for one run, gone after it.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached } from "../lib/cache.mjs";
import { must, which } from "../lib/run.mjs";
import { Failure } from "../lib/suites.mjs";
import { freePort, startServer } from "./process.mjs";

export const keycloakVersion = "26.7.4";

// Raised whenever `unpack` changes.
const LAYOUT = 1;

const ADMIN = { KC_BOOTSTRAP_ADMIN_USERNAME: "admin", KC_BOOTSTRAP_ADMIN_PASSWORD: "admin" };

/** One run on a machine with other work: a small heap, and no time spent on optimising code that runs once. */
const JAVA_OPTS = [
  "-Xms64m",
  "-Xmx448m",
  "-XX:MaxMetaspaceSize=256m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-XX:+ExitOnOutOfMemoryError",
  "-Dfile.encoding=UTF-8",
  "-Djava.net.preferIPv4Stack=true",
].join(" ");

/** The folder of the distribution, already built for a database in memory. Downloads 177 MB once per user. */
export function fetchKeycloak() {
  needs({ java: "a Java 17 runtime", mvn: "Maven", unzip: "unzip" });
  return cached(`keycloak-${keycloakVersion}-${LAYOUT}`, unpack);
}

async function unpack(folder) {
  console.log(`Fetching Keycloak ${keycloakVersion} …`);
  const artifact = `org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:zip`;
  const download = ["-B", "-q", "dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
  await must("mvn", download, { quiet: true, cwd: folder });
  await must("unzip", ["-q", `keycloak-quarkus-dist-${keycloakVersion}.zip`], { quiet: true, cwd: folder });
  rmSync(join(folder, `keycloak-quarkus-dist-${keycloakVersion}.zip`));
  const unzipped = join(folder, `keycloak-${keycloakVersion}`);
  for (const name of readdirSync(unzipped)) renameSync(join(unzipped, name), join(folder, name));
  rmSync(unzipped, { recursive: true });
  await must(join(folder, "bin/kc.sh"), ["build", "--db=dev-mem"], { quiet: true, cwd: folder });
}

/**
 * Starts a Keycloak with the given realms on a free port. Resolves with its `url`, `issuer(realm)`, `admin`, to make
 * changes while it runs, and `stop()`. Nothing of it is kept: the database is in memory, the rest in a folder that goes.
 */
export async function startKeycloak({ realms = [] } = {}) {
  const distribution = await fetchKeycloak();
  const home = mkdtempSync(join(tmpdir(), "onbehalf-keycloak-"));
  try {
    prepareHome(home, distribution, realms);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = await startServer({
      name: `Keycloak ${keycloakVersion}`,
      command: join(home, "bin/kc.sh"),
      args: [
        ...["start", "--optimized", "--cache=local", "--import-realm", "--log-level=warn"],
        ...["--http-enabled=true", "--http-host=127.0.0.1", `--http-port=${port}`, "--hostname-strict=false"],
      ],
      cwd: home,
      env: { ...ADMIN, JAVA_OPTS },
      isReady: async () => (await fetch(`${url}/realms/master`, { signal: AbortSignal.timeout(5_000) })).ok,
    });
    return {
      ...connectKeycloak(url),
      version: keycloakVersion,
      log: server.log,
      async stop() {
        await server.stop();
        rmSync(home, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

/** A Keycloak that somebody else has started; `stop()` leaves it running. */
export function connectKeycloak(url) {
  return {
    url,
    issuer: (realm) => `${url}/realms/${realm}`,
    admin: (path, request) => administer(url, path, request),
    async stop() {},
  };
}

/** A home that looks like the distribution and has its data to itself. Keycloak finds its home from where `bin` is. */
function prepareHome(home, distribution, realms) {
  for (const name of ["bin", "conf"]) cpSync(join(distribution, name), join(home, name), { recursive: true });
  for (const name of ["lib", "providers", "themes"]) symlinkSync(join(distribution, name), join(home, name));
  mkdirSync(join(home, "data/import"), { recursive: true });
  for (const realm of realms) {
    writeFileSync(join(home, `data/import/${realm.realm}-realm.json`), JSON.stringify(realm));
  }
}

/** Calls the admin API below `/admin/realms`; gives the JSON of the answer, or the id of what was made. */
async function administer(url, path, { method = "GET", body } = {}) {
  const login = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "password",
      client_id: "admin-cli",
      username: ADMIN.KC_BOOTSTRAP_ADMIN_USERNAME,
      password: ADMIN.KC_BOOTSTRAP_ADMIN_PASSWORD,
    }),
  });
  const { access_token: token } = await login.json();
  const response = await fetch(`${url}/admin/realms${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Keycloak's admin API: ${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : response.headers.get("location")?.split("/").at(-1);
}

function needs(programs) {
  const missing = Object.entries(programs).filter(([program]) => !which(program));
  if (missing.length === 0) return;
  throw new Failure(`Keycloak needs ${missing.map(([, name]) => name).join(" and ")}, which is not installed`);
}
