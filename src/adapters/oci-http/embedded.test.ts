import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { imageTag } from '../../domain/image-name.ts';
import { repositoryContract } from '../../ports/repository.contract.ts';
import { createRegistry } from '../../registry-server/create-registry.ts';
import { listenRegistry } from '../../registry-server/listen-registry.ts';
import type { OpenRepositoryOptions, RegistryRepository } from './open-repository.ts';
import { openRepository } from './open-repository.ts';
import { sampleIndex, stableTag } from './scripted-registry.ts';

interface Embedded {
  open(name?: string): RegistryRepository;
  close(): Promise<void>;
}

async function startEmbedded(): Promise<Embedded> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-registry-'));
  const server = await listenRegistry({ folder });
  const opened: RegistryRepository[] = [];
  return {
    open: (repository = 'acme/app') => {
      const address = { protocol: 'http', host: '127.0.0.1', port: server.port } as const;
      const one = openRepository({ registry: 'embedded', repository }, { address, environment: {} });
      opened.push(one);
      return one;
    },
    close: async () => {
      for (const one of opened) one.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

repositoryContract('embedded registry', async () => {
  const embedded = await startEmbedded();
  return { repository: embedded.open(), close: () => embedded.close() };
});

repositoryContract('embedded registry in the same process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-registry-'));
  return { repository: openDirectly(folder), close: () => rm(folder, { recursive: true, force: true }) };
});

test('the embedded registry enforces what writeManifest() expects, and a repeated write is done', async () => {
  const embedded = await startEmbedded();
  try {
    const repository = embedded.open();
    const [first, second] = [sampleIndex('first'), sampleIndex('second')];
    await repository.writeManifest(stableTag, first, null);
    await repository.writeManifest(stableTag, first, null);
    await assert.rejects(repository.writeManifest(stableTag, second, null), { code: 'DIGEST_CONFLICT' });
    await assert.rejects(repository.writeManifest(stableTag, second, second.digest), (error: Error) =>
      error.message.includes(first.digest),
    );
    await repository.writeManifest(stableTag, second, first.digest);
    assert.equal((await repository.resolve(stableTag))?.digest, second.digest);
  } finally {
    await embedded.close();
  }
});

test('a blob of another repository of the embedded registry is mounted with one request', async () => {
  const embedded = await startEmbedded();
  try {
    const bytes = new TextEncoder().encode('{"shared":true}');
    const blob = { mediaType: 'application/json', digest: digestOf(bytes), size: bytes.length };
    await embedded.open('acme/source').writeBlob(blob, () => oneChunk(bytes));
    const target = embedded.open('acme/target');
    assert.equal(await target.mountBlob(blob, 'acme/source'), true);
    assert.equal(target.requestCount(), 1);
    assert.equal(await target.hasBlob(blob.digest), true);
  } finally {
    await embedded.close();
  }
});

test('many clients adding tags at once lose none', async () => {
  const embedded = await startEmbedded();
  try {
    const tags = Array.from({ length: 24 }, (_, number) => imageTag(`1.0.${number}`));
    await Promise.all(tags.map((tag) => embedded.open().writeManifest(tag, sampleIndex(tag), null)));
    assert.deepEqual([...(await embedded.open().listTags())].sort(), [...tags].sort());
  } finally {
    await embedded.close();
  }
});

function openDirectly(folder: string, options: OpenRepositoryOptions = {}): RegistryRepository {
  const { answer } = createRegistry({ folder });
  return openRepository({ registry: 'embedded', repository: 'acme/app' }, { answer, environment: {}, ...options });
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
