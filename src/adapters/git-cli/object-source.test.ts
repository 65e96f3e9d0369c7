import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { emptyEnvironment } from '../process/run-tool.ts';
import type { OpenTool, OpenToolEvents } from '../process/open-tool.ts';
import { openTool } from '../process/open-tool.ts';
import { objectSource } from './object-source.ts';

function catFile(folder: string, command = 'git') {
  const opened: OpenTool[] = [];
  const open = (events: OpenToolEvents): Promise<OpenTool> => {
    const call = { command, args: ['-C', folder, 'cat-file', '--batch'], env: emptyEnvironment() };
    const tool = openTool(call, events);
    opened.push(tool);
    return Promise.resolve(tool);
  };
  return { ask: objectSource(open), opened };
}

test('objectSource() answers many questions side by side from one process, each with its own objects', async (t) => {
  const repository = await makeGitRepository(t);
  const ids = await Promise.all(
    Array.from({ length: 50 }, (_, at) => repository.writeObject('blob', `${at}`.repeat(at * 100))),
  );
  const { ask, opened } = catFile(repository.folder);
  const answers = await Promise.all(ids.map((id, at) => ask([id, `nothing-${at}`])));
  for (const [at, [found, missing]] of answers.entries()) {
    assert.equal(found?.id, ids[at]);
    assert.equal(Buffer.from(found?.bytes ?? '').toString(), `${at}`.repeat(at * 100));
    assert.equal(missing, undefined);
  }
  const late = await repository.writeObject('blob', 'written after the process was started');
  assert.equal((await ask([late]))[0]?.id, late);
  assert.equal(opened.length, 1);
});

test('objectSource() says it when its process is killed, and asks a new one the next time', async (t) => {
  const repository = await makeGitRepository(t);
  const id = await repository.writeObject('blob', 'x'.repeat(20_000_000));
  const { ask, opened } = catFile(repository.folder);
  const asking = ask([id]);
  // The process is there when the question is.
  await Promise.resolve();
  opened[0]?.kill();
  await assert.rejects(asking, { code: 'TOOL_FAILED' });
  assert.equal((await ask([id]))[0]?.bytes.length, 20_000_000);
  assert.equal(opened.length, 2);
});

test('objectSource() says it when its program is missing or refuses, to everybody who asked', async (t) => {
  const { folder } = await makeGitRepository(t);
  const missing = catFile(folder, 'git-that-is-not-there');
  for (const asking of [missing.ask(['a']), missing.ask(['b'])]) await assert.rejects(asking, { code: 'TOOL_MISSING' });
  const nowhere = catFile(`${folder}/nothing`);
  for (const asking of [nowhere.ask(['a']), nowhere.ask(['b'])])
    await assert.rejects(asking, /Cannot read objects: cannot change to/);
});

test('an open process for objects does not keep the program from ending, and ends with it', async (t) => {
  const repository = await makeGitRepository(t);
  const id = await repository.writeObject('blob', 'content');
  const module = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const program = `
    import { objectSource } from ${module('object-source.ts')};
    import { openTool } from ${module('../process/open-tool.ts')};
    const args = ['-C', ${JSON.stringify(repository.folder)}, 'cat-file', '--batch'];
    const ask = objectSource(async (events) => openTool({ command: 'git', args, env: process.env }, events));
    const [found] = await ask([${JSON.stringify(id)}]);
    process.stdout.write(Buffer.from(found.bytes));`;
  // The child has the same output: this returns when both have ended.
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual({ stdout, status }, { stdout: 'content', status: 0 });
});
