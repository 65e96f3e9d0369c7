import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatchQueue } from './batch-queue.ts';

interface Job {
  readonly name: string;
  fail(error: unknown): void;
}

function collectFailures(): { readonly failed: string[]; job(name: string): Job } {
  const failed: string[] = [];
  return { failed, job: (name) => ({ name, fail: (error) => failed.push(`${name}: ${String(error)}`) }) };
}

test('what comes while a batch runs forms the next one; other keys do not wait', async () => {
  const { job } = collectFailures();
  const batches: string[] = [];
  const gate = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const queue = createBatchQueue<Job>(async (key, take) => {
    const names: string[] = [];
    for (let item = take(); item !== undefined; item = take()) names.push(item.name);
    batches.push(`${key}: ${names.join(' ')}`);
    if (batches.length === 1) await gate.promise;
    if (batches.length === 3) done.resolve();
  });
  for (const name of ['a', 'b', 'c']) queue.add('one', job(name));
  queue.add('two', job('d'));
  gate.resolve();
  await done.promise;
  assert.deepEqual(batches, ['one: a', 'two: d', 'one: b c']);
});

test('a batch that fails fails what it took, and one that took nothing fails all that wait', async () => {
  const { failed, job } = collectFailures();
  let runs = 0;
  const ended = Promise.withResolvers<void>();
  const queue = createBatchQueue<Job>(async (_, take) => {
    runs += 1;
    await Promise.resolve();
    if (runs === 1) take();
    if (runs === 2) setImmediate(() => ended.resolve());
    throw new Error(runs === 1 ? 'disk' : 'lock');
  });
  for (const name of ['a', 'b', 'c']) queue.add('one', job(name));
  await ended.promise;
  assert.deepEqual(failed, ['a: Error: disk', 'b: Error: lock', 'c: Error: lock']);
});
