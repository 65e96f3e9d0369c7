// The program of the single file, which is CommonJS and so cannot wait at its top.
import { main } from '../src/cli/program.ts';
import { programVersion } from '../src/cli/version.ts';

const args = process.argv.slice(2);
if (args.length === 1 && args[0] === '--version') process.stdout.write(`${programVersion}\n`);
else
  void main(args).then((exitCode) => {
    process.exitCode = exitCode;
  });
