import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/registry-fixture.ts';
import { withFileLock } from './file-lock.ts';
import { describeThisProcess, judgeHolder, parseLockHolder } from './lock-holder.ts';

/** A process that takes the lock and is killed while it has it. */
function dieHolding(path: string): void {
  const source = `
    const { withFileLock } = await import(${JSON.stringify(import.meta.resolve('./file-lock.ts'))});
    await withFileLock(process.argv[1], async () => process.kill(process.pid, 'SIGKILL'));`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', source, '--', path]);
  assert.equal(ended.signal, 'SIGKILL');
}

test('withFileLock() never lets two tasks in at once, and leaves no file', async (t) => {
  const folder = await temporaryFolder(t);
  let inside = 0;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      withFileLock(join(folder, 'lock'), async () => {
        inside += 1;
        await readdir(folder);
        assert.equal(inside, 1);
        inside -= 1;
      }),
    ),
  );
  assert.deepEqual(await readdir(folder), []);
});

test('withFileLock() takes over from a process that was killed, however many want it, one at a time', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'lock');
  dieHolding(path);
  assert.deepEqual(await readdir(folder), ['lock'], 'the lock was left behind');
  let inside = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withFileLock(path, async () => {
        inside += 1;
        await readdir(folder);
        assert.equal(inside, 1);
        inside -= 1;
        done += 1;
      }),
    ),
  );
  assert.equal(done, 8);
  assert.deepEqual(await readdir(folder), []);
});

test('withFileLock() gives the lock back when the task throws, and the error passes', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(
    withFileLock(join(folder, 'lock'), () => Promise.reject(new Error('task'))),
    /task/,
  );
  assert.deepEqual(await readdir(folder), []);
});

test('a lock without content, as a crash of the machine leaves it, is taken over once it is old', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'lock');
  await writeFile(path, '');
  await utimes(path, 1, 1);
  assert.equal(await withFileLock(path, () => Promise.resolve('in')), 'in');
});

test('judgeHolder() calls a holder dead only on proof: ended, or its number now names another process', async (t) => {
  const self = describeThisProcess();
  assert.equal(judgeHolder(self, self), self.started === '' ? 'unknown' : 'alive');
  if (self.started !== '') assert.equal(judgeHolder({ ...self, started: `${self.started}0` }, self), 'dead');
  assert.equal(judgeHolder({ ...self, host: 'elsewhere', pid: 2 ** 30 }, self), 'unknown');
  assert.equal(judgeHolder({ ...self, space: 'other boot', pid: 2 ** 30 }, self), 'unknown');
  const path = join(await temporaryFolder(t), 'lock');
  dieHolding(path);
  const holder = parseLockHolder(await readFile(path, 'utf8'));
  assert.ok(holder !== undefined);
  assert.equal(judgeHolder(holder, self), 'dead');
});

test('parseLockHolder() reads what was written and refuses everything else', () => {
  const self = describeThisProcess();
  assert.deepEqual(parseLockHolder(JSON.stringify(self)), self);
  for (const text of [
    '',
    '{',
    '[]',
    'null',
    JSON.stringify({ ...self, pid: -1 }),
    JSON.stringify({ ...self, token: '../x' }),
  ])
    assert.equal(parseLockHolder(text), undefined, text);
});
