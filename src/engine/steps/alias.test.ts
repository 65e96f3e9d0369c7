import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { RegistryRepository } from '../../adapters/oci-http/open-repository.ts';
import { openRepository } from '../../adapters/oci-http/open-repository.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { imageTag } from '../../domain/image-name.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { Manifest } from '../../domain/oci.ts';
import { listenRegistry } from '../../registry-server/listen-registry.ts';
import type { EngineEvent } from '../event.ts';
import type { AliasStep } from './alias.ts';
import { aliasGroups, moveAliases } from './alias.ts';

async function openEmbedded(t: TestContext): Promise<RegistryRepository> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-alias-'));
  const server = await listenRegistry({ folder });
  const address = { protocol: 'http', host: '127.0.0.1', port: server.port } as const;
  const repository = openRepository({ registry: 'embedded', repository: 'tiny' }, { address, environment: {} });
  t.after(async () => {
    repository.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return repository;
}

function indexOf(note: string, manifests: readonly unknown[] = []): Manifest {
  const content = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, annotations: { note } };
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  return { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes };
}

function steps(names: readonly string[], digest: Digest, from: Digest | undefined): readonly AliasStep[] {
  return names.map((alias) => ({ kind: 'alias', alias, version: '1.1.0', digest, from, because: 'a test' }));
}

function recorder(): { readonly events: EngineEvent[]; report(event: EngineEvent): void; signal: AbortSignal } {
  const events: EngineEvent[] = [];
  return { events, report: (event) => events.push(event), signal: new AbortController().signal };
}

test('aliases of one image are moved together with one write, each looked at before and after', async (t) => {
  const repository = await openEmbedded(t);
  const [old, next] = [indexOf('old'), indexOf('next')];
  const names = ['latest', '1', '1.1'];
  await repository.writeTags(old, names.map(imageTag));
  await repository.writeManifest(next.digest, next);
  const before = repository.requestCount();
  const run = recorder();
  const outcomes = await moveAliases(repository, steps(names, next.digest, old.digest), run);
  assert.deepEqual(outcomes, ['moved', 'moved', 'moved']);
  assert.equal(repository.requestCount() - before, 3 + 1 + 1 + 3, 'look, read, write, look');
  const told = run.events.map((event) => event.type);
  assert.deepEqual(told.toSorted(), [...Array(3).fill('step-done'), ...Array(3).fill('step-started')]);
  assert.deepEqual(await moveAliases(repository, steps(names, next.digest, old.digest), recorder()), outcomes);
});

test('an alias that someone else moved is left alone and must be judged anew; the others of its group move', async (t) => {
  const repository = await openEmbedded(t);
  const [old, next, foreign] = [indexOf('old'), indexOf('next'), indexOf('foreign')];
  await repository.writeTags(old, [imageTag('1'), imageTag('1.1')]);
  await repository.writeManifest(imageTag('latest'), foreign);
  await repository.writeManifest(next.digest, next);
  const group = steps(['latest', '1', '1.1'], next.digest, old.digest);
  assert.deepEqual(await moveAliases(repository, group, recorder()), ['changed-meanwhile', 'moved', 'moved']);
  assert.equal((await repository.resolve(imageTag('latest')))?.digest, foreign.digest);
});

test('an alias that is moved between the look and the write is not overwritten', async (t) => {
  const repository = await openEmbedded(t);
  const [old, next, foreign] = [indexOf('old'), indexOf('next'), indexOf('foreign')];
  await repository.writeTags(old, [imageTag('1'), imageTag('latest')]);
  await repository.writeManifest(next.digest, next);
  const racing: typeof repository = {
    ...repository,
    writeTags: async (...given) => {
      await repository.writeManifest(imageTag('latest'), foreign);
      return repository.writeTags(...given);
    },
  };
  const outcomes = await moveAliases(racing, steps(['latest', '1'], next.digest, old.digest), recorder());
  assert.deepEqual(outcomes, ['changed-meanwhile', 'moved']);
  assert.equal((await repository.resolve(imageTag('latest')))?.digest, foreign.digest);
});

test('no alias is pointed at an image that lost a platform', async (t) => {
  const repository = await openEmbedded(t);
  const child = indexOf('child');
  await repository.writeManifest(child.digest, child);
  const { mediaType, digest, bytes } = child;
  const next = indexOf('next', [{ mediaType, digest, size: bytes.length }]);
  await repository.writeManifest(next.digest, next);
  const holed: typeof repository = {
    ...repository,
    resolve: async (reference) => (reference === child.digest ? undefined : repository.resolve(reference)),
  };
  const moving = moveAliases(holed, steps(['latest', '1'], next.digest, undefined), recorder());
  await assert.rejects(moving, { code: 'PLATFORM_LOST' });
  assert.equal(await repository.resolve(imageTag('latest')), undefined);
});

test('aliasGroups() puts together what has the same image before and after, and leaves out what is not built', () => {
  const [old, next, other] = ['old', 'next', 'other'].map((text) => digestOf(text));
  assert.ok(old && next && other);
  const unbuilt = {
    kind: 'alias',
    alias: '2',
    version: '2.0.0',
    digest: undefined,
    from: undefined,
    because: '',
  } as const;
  const list = [...steps(['latest', '1'], next, old), ...steps(['1.1'], next, undefined), ...steps(['0'], other, old)];
  const groups = aliasGroups([...list, unbuilt]).map((group) =>
    group.map((step) => (step.kind === 'alias' ? step.alias : step.channel)),
  );
  assert.deepEqual(groups, [['latest', '1'], ['1.1'], ['0']]);
});
