import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { tinyProgram } from '../../../test/make/tiny-program.ts';
import { programStarter } from './program-starter.ts';

const here = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const other = here === 'x86_64' ? 'aarch64' : 'x86_64';
const says = 'app 1.2.3\n';

test('a program of this machine is started as it is, and its output and exit code are what it gave', async (t) => {
  const started = await start(t, here, { says });
  deepEqual(started, { is: 'ended', exitCode: 0, output: `${says}\n`, by: here });
  const failing = await start(t, here, { says, exitCode: 3 });
  equal(failing.is === 'ended' && failing.exitCode, 3);
});

test('a program of another machine is started by an emulator where there is one, else it is said what is missing', async (t) => {
  const started = await start(t, other, { says });
  if (started.is === 'ended') match(started.by, /^qemu-/);
  if (started.is === 'ended') deepEqual([started.exitCode, started.output], [0, `${says}\n`]);
  else match(started.why, new RegExp(`there is no qemu-${other}-static or qemu-${other}$`));
  const machine = 'machine-9999';
  const none = await start(t, here, { says }, { machine });
  deepEqual(none, {
    is: 'not-started',
    why: `this machine is another, and there is no qemu-${machine}-static or qemu-${machine}`,
  });
});

test('what is started gets no variable of this process but the path of programs, and a home of its own', async (t) => {
  const folder = await makeFolder(t);
  await writeFile(join(folder, 'qemu-own-static'), '#!/bin/sh\nenv\npwd\n', { mode: 0o755 });
  const before = { ...process.env };
  t.after(() => Object.assign(process.env, before));
  process.env['PATH'] = `${folder}:${before['PATH'] ?? ''}`;
  process.env['REGISTRY_TOKEN'] = 'T0PS3CRET';
  t.after(() => delete process.env['REGISTRY_TOKEN']);
  const started = await programStarter({}).start({ file: join(folder, 'qemu-own-static'), machine: 'own', args: [] });
  const lines = started.is === 'ended' ? started.output.split('\n').filter((line) => line !== '') : [];
  const names = lines.flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
  deepEqual(names.filter((name) => name !== 'PWD' && name !== '_').sort(), ['HOME', 'LC_ALL', 'PATH', 'TZ']);
  const home = lines.find((line) => line.startsWith('HOME='))?.slice('HOME='.length);
  equal(home, lines.at(-1));
  await rejects(access(home ?? ''), { code: 'ENOENT' });
});

async function start(
  t: TestContext,
  machine: 'x86_64' | 'aarch64',
  program: Parameters<typeof tinyProgram>[1],
  change: { readonly machine?: string } = {},
) {
  const file = await write(t, tinyProgram(machine, program));
  return programStarter({ signal: t.signal }).start({ file, machine, args: ['--version'], ...change });
}

async function write(t: TestContext, bytes: Uint8Array): Promise<string> {
  const file = join(await makeFolder(t), 'program');
  await writeFile(file, bytes);
  return file;
}
