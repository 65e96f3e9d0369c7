import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assembleBuilder } from '../../src/adapters/assemble/assemble-builder.ts';
import type { Digest } from '../../src/domain/digest.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';

export interface TestImage {
  /** An OCI layout. */
  readonly folder: string;
  /** Of the index. */
  readonly digest: Digest;
}

/** An image of two platforms, made by the embedded builder. */
export async function makeImage(scope: Scope, text = 'hello\n'): Promise<TestImage> {
  const top = await makeFolder(scope);
  const [sourceFolder, layoutFolder] = [join(top, 'source'), join(top, 'layout')];
  await mkdir(sourceFolder);
  await mkdir(layoutFolder);
  await writeFile(join(sourceFolder, 'hello'), text);
  const { index } = await assembleBuilder().build({
    sourceFolder,
    layoutFolder,
    platforms: [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ],
    sourceDateEpoch: 1_700_000_000,
    annotations: { 'org.opencontainers.image.version': '1.0.0' },
    build: {
      kind: 'assemble',
      base: 'scratch',
      prepare: [],
      files: [{ from: 'hello', to: '/hello', mode: 0o755 }],
      entrypoint: ['/hello'],
      cmd: [],
      env: {},
      user: undefined,
      workdir: undefined,
      ports: [],
    },
  });
  return { folder: layoutFolder, digest: index.digest };
}
