import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { programVersion } from '../../src/cli/version.ts';
import { buildSingleFiles } from '../../tools/build-single-file.ts';
import { makeFolder } from '../make/folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

test('the single file needs nothing beside it: it says its version, and plays a release on the example it carries', async (t) => {
  const out = await makeFolder(t);
  assert.deepEqual(await buildSingleFiles(root, { out, machines: [machine] }), []);
  const program = join(out, `cutwater-${machine}-linux`);
  const cwd = await makeFolder(t);
  // The example is built by Node.js; nothing else of the development environment is on this path.
  const env = { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: cwd, LC_ALL: 'C' };
  const version = await runTool({ command: program, args: ['--version'], cwd, env: { PATH: '' } });
  assert.equal(Buffer.from(version.stdout).toString(), `${programVersion}\n`);
  const rehearsal = await runTool({ command: program, args: ['rehearse', '--act', 'candidate'], cwd, env });
  assert.equal(rehearsal.exitCode, 0, rehearsal.stderr + Buffer.from(rehearsal.stdout).toString());
});
