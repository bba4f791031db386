#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const command = await import(main.href);
  await command.main(process.argv.slice(2));
} else {
  process.stderr.write('sentei: the command is not built yet: run `npm run build` in the checkout\n');
  process.exitCode = 1;
}
