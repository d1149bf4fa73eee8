#!/usr/bin/env node
const [major = 0] = process.versions.node.split(".").map(Number);
if (major >= 24) {
  await import("../src/main.ts");
} else {
  process.stderr.write(
    `orpool needs Node.js 24 or later, this is ${process.version}. In a checkout, \`npx orpool\` finds the right one after \`npm test\` or \`npm start\`.\n`,
  );
  process.exitCode = 2;
}
