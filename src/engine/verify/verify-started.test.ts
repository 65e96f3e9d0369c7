import { deepEqual } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { layeredImage } from '../../../test/layered-image.ts';
import { tinyProgram } from '../../../test/make/tiny-program.ts';
import { temporaryWorkspace } from '../../adapters/files/temporary-workspace.ts';
import { imageFiles } from '../../adapters/image-files/extract-file.ts';
import { programStarter } from '../../adapters/program-start/program-starter.ts';
import { digestOf } from '../../domain/digest.ts';
import type { StartedRelease, StartPolicy } from './verify-started.ts';
import { checkStarted } from './verify-started.ts';

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

test('only a program with the bytes that the statement names is started', async (t) => {
  const program = tinyProgram(machine, { says: 'app 1.2.3' });
  deepEqual(await check(t, program, program), [`passed: it says 1.2.3 (by ${machine})`]);
  const other = tinyProgram(machine, { says: 'app 1.2.3, and more' });
  deepEqual(await check(t, program, other), ['failed: it was not started: the image does not have the released bytes']);
});

test('a program that needs a loader is left to the gates', async (t) => {
  const dynamic = withInterpreter(tinyProgram(machine, { says: 'app 1.2.3' }));
  deepEqual(await check(t, dynamic, dynamic), ['unchecked: it was not started: it needs the libraries of its image']);
});

test('where the policy says of no program how to ask it, that is said, and is no silent success', async (t) => {
  const program = tinyProgram(machine, { says: 'app 1.2.3' });
  deepEqual(await check(t, program, program, { name: 'app' }), [
    'warning: no program was started: no binary of this release has versionArgs in the policy',
  ]);
});

async function check(
  t: TestContext,
  inImage: Uint8Array,
  stated: Uint8Array,
  policy: StartPolicy['binaries'][number] = { name: 'app', versionArgs: ['--version'] },
): Promise<readonly string[]> {
  const image = layeredImage([[{ name: 'app', content: inImage, mode: 0o755 }]]);
  const workspace = await temporaryWorkspace();
  t.after(() => workspace.remove());
  const world = {
    repository: image.repository,
    mirrors: [],
    companions: [],
    imageFiles: imageFiles(workspace.folder),
    workspace,
    programs: programStarter({ signal: t.signal }),
  };
  const index = digestOf('index');
  const release: StartedRelease = {
    version: '1.2.3',
    image: { name: 'e.org/app', index, platforms: [{ platform, digest: image.manifest }] },
    binaries: [{ name: 'app', platform, path: '/app', digest: digestOf(stated), size: stated.length }],
  };
  const checks = await checkStarted(world, { binaries: [policy] }, release);
  return checks.map(({ is, says }) => `${is}: ${says}`);
}

/** The same program with the segment that names a dynamic loader: the table of segments moves to its end. */
function withInterpreter(program: Uint8Array): Uint8Array {
  const header = Buffer.from(program.subarray(0, 64));
  header.writeBigUInt64LE(BigInt(program.length), 32);
  header.writeUInt16LE(2, 56);
  const loader = Buffer.alloc(56);
  loader.writeUInt32LE(3, 0);
  return Buffer.concat([header, program.subarray(64), program.subarray(64, 120), loader]);
}
