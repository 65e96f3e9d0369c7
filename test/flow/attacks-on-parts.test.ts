import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { keyAttestor } from '../../src/adapters/sigstore-bundle/key-attestor.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { Secret } from '../../src/domain/secret.ts';
import { copyImage } from '../../src/engine/mirrors/copy-image.ts';
import { runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import type { ForgedPart } from '../make/forged-part.ts';
import { forgePart } from '../make/forged-part.ts';
import { partTagOf } from '../make/parts.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject, makeCiKey, makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { pushImage } from '../make/push-image.ts';
import { assertRefused } from '../make/refusal.ts';
import { ciOf, digestAt, pointImageTags, withRegistry } from '../make/registry-writer.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';

const [amd64, arm64] = ['linux/amd64', 'linux/arm64'];

/** 1.1.0 is tagged and both its parts are built; so are those of 1.1.1, which has the same commit. */
async function makeParts(scope: Scope): Promise<TestProject> {
  const project = await makeProject(scope);
  const at = await runner(scope, project);
  for (const version of ['1.1.0', '1.1.1']) {
    await project.tag(version);
    for (const platform of [amd64, arm64]) await succeed(['build', version, '--platform', platform], at);
  }
  return project;
}

async function partOf(project: TestProject, version: string, platform: string): Promise<Digest> {
  return digestAt(project.data, await partTagOf(project, version, platform));
}

/** What a part of 1.1.0 for arm64 would be signed for. */
async function forgery(project: TestProject, more: Partial<ForgedPart> = {}): Promise<ForgedPart> {
  const object = objectId(await project.clone.git('rev-parse', 'refs/tags/v1.1.0'));
  return {
    from: await partOf(project, '1.1.0', arm64),
    tag: await partTagOf(project, '1.1.0', arm64),
    platform: arm64,
    record: { tag: { name: 'v1.1.0', object } },
    by: ciOf(project),
    ...more,
  };
}

const cannotTake =
  /Cannot take image sha256:[0-9a-f]{64} as linux\/arm64 of v1\.1\.0: candidate-[0-9a-f]{40}\.linux-arm64 points at it, but /;

interface Attack {
  readonly name: string;
  readonly arrange: (project: TestProject) => Promise<unknown>;
  readonly says: RegExp;
}

const attacks: readonly Attack[] = [
  {
    name: 'an image of a stranger',
    arrange: async (project) =>
      pushImage(join(project.data, 'registry'), {
        repository: 'tiny',
        text: 'from a stranger',
        tags: [await partTagOf(project, '1.1.0', arm64)],
        platforms: ['arm64'],
      }),
    says: /but no CI key signed that it was built for this tag$/m,
  },
  {
    name: 'a part that somebody without the CI key signed',
    arrange: async (project) => {
      const by = keyAttestor({ name: 'ci', privateKeyPem: new Secret(makeCiKey('ed25519').privatePem) });
      await forgePart(project, await forgery(project, { by, annotations: { note: 'mine' } }));
    },
    says: /but no CI key signed that it was built for this tag$/m,
  },
  {
    name: 'the part that CI signed for another tag of the same commit',
    arrange: async (project) =>
      pointImageTags(project.data, await partOf(project, '1.1.1', arm64), await partTagOf(project, '1.1.0', arm64)),
    says: /CI signed it for tag v1\.1\.1, v1\.1\.0 is wanted/,
  },
  {
    name: 'the part for another platform',
    arrange: async (project) =>
      pointImageTags(project.data, await partOf(project, '1.1.0', amd64), await partTagOf(project, '1.1.0', arm64)),
    says: /CI signed it for platform linux\/amd64, linux\/arm64 is wanted/,
  },
  {
    name: 'a part that CI itself signed, whose index lies about its image',
    arrange: async (project) =>
      forgePart(project, await forgery(project, { from: await partOf(project, '1.1.0', amd64) })),
    says: /its configuration is for linux\/amd64, linux\/arm64 is wanted/,
  },
  {
    name: 'a part that CI itself signed, which names another image than its index lists',
    arrange: async (project) => {
      const [wanted, manifest] = [await forgery(project), await partOf(project, '1.1.0', amd64)];
      await forgePart(project, { ...wanted, annotations: { note: 'x' }, record: { ...wanted.record, manifest } });
    },
    says: /it lists sha256:[0-9a-f]{64}, CI signed it for sha256:[0-9a-f]{64}$/m,
  },
  {
    name: 'a part that CI itself signed, which calls its image another version',
    arrange: async (project) => {
      const annotations = { 'org.opencontainers.image.version': '9.9.9\u001b[31m' };
      await forgePart(project, await forgery(project, { annotations }));
    },
    says: /it says 9\.9\.9\\u\{1b\}\[31m of org\.opencontainers\.image\.version, 1\.1\.0 is wanted/,
  },
  {
    name: 'a signed document in the place of an image',
    arrange: async (project) => {
      const part = await partOf(project, '1.1.0', arm64);
      const [referrer] = await withRegistry(project.data, (repository) => repository.listReferrers(part));
      assert.ok(referrer !== undefined);
      await pointImageTags(project.data, referrer.digest, await partTagOf(project, '1.1.0', arm64));
    },
    says: /but no CI key signed that it was built for this tag$/m,
  },
];

const template = await makeParts({ after });

void suite('somebody who may push to the registry', { concurrency: 2 }, () => {
  void test('cannot have anything else taken as a part of a release, nor a part passed over unseen', async (t) => {
    for (const { name, arrange, says } of attacks)
      await assertRefused(t, template, {
        name,
        arrange: async (project) => void (await arrange(project)),
        exit: 3,
        says: [cannotTake, says, /^next: Find out who wrote candidate-/m],
      });
    // The job that finds it in its place says the same, and does not build over it.
    const project = await copyProject(t, template);
    await attacks[0]?.arrange(project);
    const { tags } = await readPublished(project.data);
    const built = await runProgram(['build', '1.1.0', '--platform', arm64], await runner(t, project));
    assert.equal(built.exitCode, 3, built.stderr);
    assert.match(built.stderr, cannotTake);
    assert.deepEqual((await readPublished(project.data)).tags, tags);
  });

  void test('cannot have an image put together whose parts say different things of it, though CI signed both', async (t) => {
    await assertRefused(t, template, {
      name: 'a part that says more',
      arrange: async (project) =>
        void (await forgePart(project, await forgery(project, { annotations: { note: 'x' } }))),
      exit: 1,
      says: [
        /Cannot put the image together: of "note" one part says nothing, another "x"$/m,
        /^next: Two versions of/m,
      ],
    });
  });

  void test('has no use for the key of a CI that was replaced: what it signed is no part any more, and the way out is said', async (t) => {
    const other = makeCiKey('ed25519');
    await assertRefused(t, template, {
      name: 'a part of a retired key',
      arrange: async (project) => {
        await project.commit({ '.cutwater/keys/ci.pub': other.publicPem });
        return { env: { CUTWATER_CI_KEY: other.privatePem } };
      },
      exit: 3,
      says: [/but no CI key signed that it was built for this tag$/m, /^next: .* has left trust\.ci since/m],
    });
  });

  void test('cannot have the sha- tag of a commit hold a build of another one and a part built for it all the same', async (t) => {
    const project = await makeProject(t);
    const at = await runner(t, project);
    await succeed(['edge'], at);
    const old = await project.clone.git('rev-parse', 'HEAD');
    await project.commit({ 'app.txt': 'two\n' });
    await project.tag('1.1.0');
    const sha = `sha-${await project.clone.git('rev-parse', 'HEAD')}`;
    await pointImageTags(project.data, await digestAt(project.data, `sha-${old}`), sha);
    const { tags } = await readPublished(project.data);
    for (const args of [
      ['build', '1.1.0', '--platform', arm64],
      ['release', '1.1.0'],
    ]) {
      const ended = await runProgram(args, at);
      assert.equal(ended.exitCode, 3, ended.stderr);
      assert.match(
        ended.stderr,
        /Cannot publish sha-[0-9a-f]{40}: it is sha256:[0-9a-f]{64} already, built from commit/,
      );
    }
    assert.deepEqual((await readPublished(project.data)).tags, tags);
  });

  void test('cannot have a part released as the whole image, whoever signed it', async (t) => {
    await assertRefused(t, template, {
      name: 'the candidate tag at a part',
      arrange: async (project) => {
        const candidate = `candidate-${await project.clone.git('rev-parse', 'refs/tags/v1.1.0')}`;
        await pointImageTags(project.data, await partOf(project, '1.1.0', arm64), candidate);
      },
      exit: 3,
      says: [/the candidate tag of v1\.1\.0 points at it, but no CI key signed that it was built for this tag/],
    });
  });

  void test('cannot have the part of one image taken for that of its companion', async (t) => {
    const project = await makeTwoImages(t);
    await project.tag('1.1.0');
    const at = await runner(t, project);
    await succeed(['build', '1.1.0', '--platform', amd64], at);
    const [own, tag] = [await partOf(project, '1.1.0', amd64), await partTagOf(project, '1.1.0', amd64)];
    await withRegistry(project.data, (from) =>
      withRegistry(
        project.data,
        async (to) => {
          await copyImage({ from, to, digest: own, referrers: true, signal: new AbortController().signal });
          const manifest = await to.readManifest(own);
          assert.ok(manifest);
          await to.writeManifest(imageTag(tag), manifest);
        },
        companion,
      ),
    );
    const ended = await runProgram(['release', '1.1.0'], at);
    assert.equal(ended.exitCode, 3, ended.stderr);
    assert.match(ended.stderr, /CI signed it for image embedded\/tiny, embedded\/tiny-web is wanted/);
    assert.deepEqual((await readPublished(project.data)).releases, []);
  });
});
