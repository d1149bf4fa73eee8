import type { Reporter, TestModule } from "vitest/node";

/** Names at the end of a run the tests that passed at their second try only: each is to be looked at. */
export default class NameSecondTries implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (!test.diagnostic()?.flaky) continue;
        const [error] = test.result().errors ?? [];
        process.stdout.write(
          `Second try: ${module.relativeModuleId} > ${test.fullName}: ${error?.message ?? ""}\n`,
        );
      }
    }
  }
}
