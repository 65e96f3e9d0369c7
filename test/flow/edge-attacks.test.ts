import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { keyAttestor } from '../../src/adapters/sigstore-bundle/key-attestor.ts';
import type { Digest } from '../../src/domain/digest.ts';
import type { ErrorCode } from '../../src/domain/error-catalogue.ts';
import { isCutwaterError } from '../../src/domain/error.ts';
import type { ObjectId } from '../../src/domain/object-id.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { Secret } from '../../src/domain/secret.ts';
import { runner } from '../make/actors.ts';
import { changePolicy } from '../make/actors.ts';
import type { EdgeRun, EdgeRunResult } from '../make/edge-run.ts';
import { runEdge } from '../make/edge-run.ts';
import { attachProvenance } from '../make/forged-provenance.ts';
import { runProgram } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyData, makeProject } from '../make/project.ts';
import { pushImage } from '../make/push-image.ts';
import { ciOf, digestAt, pointImageTags } from '../make/registry-writer.ts';

/** Whoever may write to the registry, and no key of the project. */
const stranger = keyAttestor({
  name: 'stranger',
  privateKeyPem: new Secret(
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ),
});
const day = '2026-03-01T12:00:00Z';
const nightly = 'nightly-2026-03-01';

void test('whoever may write to the registry, but has no CI key, leads edge nowhere', async (t) => {
  const project = await makeProject(t);
  const first = await headOf(project);
  await runEdge(project, { at: day });
  await project.commit({ 'app.txt': 'two\n' });
  const second = await headOf(project);

  await t.test(
    'an unknown image on edge stays until a person names its digest, and the nightly moves on',
    async (s) => {
      const { data, run } = await attacked(s, project);
      const forged = await push(data, 'forged', 'edge');
      await attachProvenance(data, { digest: forged, commit: second, by: stranger });
      const error = await failure(run({}), 'ALIAS_WOULD_REGRESS');
      assert.match(error.message, /Cannot move edge: nobody vouches for the image there/);
      assert.ok(error.hint.includes(`--replace edge@${forged}`), error.hint);
      assert.equal(await digestAt(data, 'edge'), forged);
      const built = await digestAt(data, `sha-${second}`);
      assert.equal(await digestAt(data, nightly), built, 'everything else is right');
      await failure(run({ replace: new Map([['edge', built]]) }), 'ALIAS_WOULD_REGRESS');
      await failure(run({ replace: new Map([[nightly, forged]]) }), 'ALIAS_WOULD_REGRESS');
      await failure(run({ replace: new Map([['latest', forged]]) }), 'USAGE');
      await run({ replace: new Map([['edge', forged]]) });
      assert.equal(await digestAt(data, 'edge'), built);
    },
  );

  await t.test('a foreign image under the sha- tag is left, said, and never adopted', async (s) => {
    const { data, run } = await attacked(s, project);
    const forged = await push(data, 'forged', `sha-${second}`);
    await attachProvenance(data, { digest: forged, commit: second, by: stranger });
    const { build, notes } = await run({});
    assert.deepEqual([build.built, build.tag], [true, undefined]);
    assert.match(notes.join('\n'), /sha-[0-9a-f]{40} stays sha256:[0-9a-f]{64}: nobody vouches/);
    assert.equal(await digestAt(data, `sha-${second}`), forged);
    assert.equal(await digestAt(data, 'edge'), build.digest);
    assert.equal((await run({})).build.built, false, 'the build is found where the channels are');
  });

  await t.test('a build of another commit under the sha- tag stops the run, and both commits are named', async (s) => {
    const { data, run } = await attacked(s, project);
    await pointImageTags(data, await digestAt(data, `sha-${first}`), `sha-${second}`);
    const error = await failure(run({}), 'DIGEST_CONFLICT');
    assert.ok(error.message.includes(first) && error.message.includes(second), error.message);
  });

  await t.test(
    'edge and the nightly set back to an older build are mended by the next run, even one of that older commit',
    async (s) => {
      const { data, run } = await attacked(s, project);
      await run({});
      const built = await digestAt(data, 'edge');
      await pointImageTags(data, await digestAt(data, `sha-${first}`), 'edge', nightly);
      await run({ revision: first });
      assert.deepEqual([await digestAt(data, 'edge'), await digestAt(data, nightly)], [built, built]);
    },
  );

  await t.test('a name of a release on a build of the branch is found out', async (s) => {
    const { data, run } = await attacked(s, project);
    await run({});
    await pointImageTags(data, await digestAt(data, 'edge'), '9.9.9', 'latest');
    const error = await failure(run({}), 'VERIFICATION_FAILED');
    assert.match(error.message, /it has the name 9\.9\.9, latest, which only a release may have/);
  });
});

void test('two commits with one short form are told apart by edge and by release, before anything is built', async (t) => {
  const project = await makeProject(t);
  await changePolicy(project, (text) => `${text}channels: {sha: short}\n`);
  const commit = await headOf(project);
  const twin = objectId(`${commit.slice(0, 12)}${'0'.repeat(28)}`);
  const tag = `sha-${commit.slice(0, 12)}`;
  const digest = await push(project.data, 'the twin', tag);
  await attachProvenance(project.data, { digest, commit: twin, by: ciOf(project) });
  const error = await failure(runEdge(project), 'DIGEST_CONFLICT');
  assert.ok(error.message.includes(commit) && error.message.includes(twin), error.message);
  assert.match(error.hint, /set channels\.sha to full/);
  await project.tag('1.0.0');
  const ended = await runProgram(['release', '1.0.0'], await runner(t, project));
  assert.equal(ended.exitCode, 3, ended.stderr);
  assert.ok(ended.stderr.includes(twin), ended.stderr);
  assert.equal(await digestAt(project.data, tag), digest);

  await changePolicy(project, (text) => text.replace('sha: short', 'sha: full'));
  const whole = await runEdge(project);
  await changePolicy(project, (text) => text.replace('sha: full', 'sha: short'));
  const again = await runEdge(project, { revision: 'HEAD^' });
  assert.deepEqual(
    [again.build.built, again.build.digest],
    [false, whole.build.digest],
    'either form leads to the build',
  );
});

interface Attacked {
  readonly data: string;
  run(run: EdgeRun): Promise<EdgeRunResult>;
}

/** The registry as it is now, for one attack. */
async function attacked(scope: TestContext, project: TestProject): Promise<Attacked> {
  const data = await copyData(scope, project);
  return { data, run: (run) => runEdge(project, { at: day, data, ...run }) };
}

function push(data: string, text: string, ...tags: readonly string[]): Promise<Digest> {
  return pushImage(join(data, 'registry'), { repository: 'tiny', text, tags });
}

async function headOf(project: TestProject): Promise<ObjectId> {
  return objectId(await project.clone.git('rev-parse', 'HEAD'));
}

async function failure(
  running: Promise<unknown>,
  code: ErrorCode,
): Promise<{ readonly message: string; readonly hint: string }> {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(isCutwaterError(error, code), `${code} is wanted, got ${String(error)}`);
  return error;
}
