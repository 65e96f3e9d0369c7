#!/usr/bin/env node
import { programVersion } from './cli/version.ts';
const args = process.argv.slice(2);
// Scripts ask for the version often; this answer loads nothing else.
if (args.length === 1 && args[0] === '--version') process.stdout.write(`${programVersion}\n`);
else process.exitCode = await (await import('./cli/program.ts')).main(args);
