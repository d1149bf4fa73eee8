import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { composeProject } from "../../../scripts/redis/compose-project.ts";

const checkoutsOwn = join(projectRoot, ".data/redis");
const elsewhere = "/home/somebody/pool/.data/redis";
/** Made by `npm start` before each data folder had a project. */
const earlier = { project: "pool", workingDir: join(projectRoot, ".") };

test("each data folder has a project of its own, always the same", () => {
  const name = composeProject(elsewhere, []);
  expect(composeProject(`${elsewhere}/../redis`, [])).toBe(name);
  expect(composeProject("/home/somebody/.data/redis", [])).not.toBe(name);
  expect(composeProject(undefined, [])).toBe(composeProject(checkoutsOwn, []));
  // What Compose allows in a name.
  expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
});

test("a checkout keeps the Redis that it has under Compose's default name", () => {
  const others = { project: "pool", workingDir: "/srv/pool" };
  expect(composeProject(checkoutsOwn, [others, earlier])).toBe("pool");
  const unlabelled = { project: "pool", workingDir: "" };
  for (const container of [others, unlabelled]) {
    expect(composeProject(checkoutsOwn, [container])).not.toBe("pool");
  }
});

test("other folders and a checkout with a project of its own do not", () => {
  expect(composeProject(elsewhere, [earlier])).not.toBe("pool");
  const own = composeProject(checkoutsOwn, []);
  const present = { project: own, workingDir: projectRoot };
  expect(composeProject(checkoutsOwn, [earlier, present])).toBe(own);
  // Another folder's, of a stack that this checkout runs there.
  const another = {
    project: composeProject(elsewhere, []),
    workingDir: projectRoot,
  };
  expect(composeProject(checkoutsOwn, [another])).toBe(own);
});
