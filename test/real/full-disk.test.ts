import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { makeFolder } from '../make/folder.ts';
import { ciEnvironment, cutwater, freshClone, makeProject } from '../make/project.ts';
import { notRun } from './peers.ts';

const claim = 'a release onto a full disk says so, and completes when there is room';

if (process.getuid?.() === 0)
  void test(claim, async (t) => {
    const project = await makeProject(t, { files: { 'app.txt': 'x'.repeat(200_000) } });
    await project.tag('1.0.0');
    const disk = await makeFolder(t, async (folder) => void (await tool('umount', ['-q', folder])));
    const mount = (options: string): Promise<number> => tool('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
    if ((await mount('size=300k')) !== 0) {
      t.skip('no file system can be mounted here');
      return;
    }
    const clone = await freshClone(t, project);
    const env = ciEnvironment(project, join(disk, 'data'));
    const program = join(import.meta.dirname, '../../src/main.ts');
    const first = await runTool({
      command: process.execPath,
      args: [program, '--plain', 'release', '1.0.0'],
      cwd: clone.folder,
      env,
    });
    assert.notEqual(first.exitCode, 0);
    assert.match(first.stderr, /no space left|full/i);
    assert.match(first.stderr, /^next: /m);
    assert.equal(await mount('remount,size=50m'), 0);
    await cutwater(['release', '1.0.0'], { folder: clone.folder, env });
    assert.match(await cutwater(['verify', '1.0.0'], { folder: clone.folder, env }), /is what was released/);
  });
else notRun(claim, 'only root may mount a small file system');

async function tool(command: string, args: readonly string[]): Promise<number> {
  return (await runTool({ command, args, env: emptyEnvironment() })).exitCode;
}
