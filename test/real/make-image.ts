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
export function makeImage(scope: Scope, text = 'hello\n'): Promise<TestImage> {
  return makeImageOf(scope, { '/hello': text }, ['/hello']);
}

/** The same of files by their path in the image, all of them programs. */
export async function makeImageOf(
  scope: Scope,
  files: Readonly<Record<string, string | Uint8Array>>,
  entrypoint: readonly string[] = [],
): Promise<TestImage> {
  const top = await makeFolder(scope);
  const [sourceFolder, layoutFolder] = [join(top, 'source'), join(top, 'layout')];
  await mkdir(sourceFolder);
  await mkdir(layoutFolder);
  const names = Object.keys(files).map((to, number) => ({ from: `file-${number}`, to, mode: 0o755 }));
  for (const { from, to } of names) await writeFile(join(sourceFolder, from), files[to] ?? '');
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
      writableFolders: [],
      files: names,
      entrypoint,
      cmd: [],
      env: {},
      user: undefined,
      workdir: undefined,
      ports: [],
    },
  });
  return { folder: layoutFolder, digest: index.digest };
}
