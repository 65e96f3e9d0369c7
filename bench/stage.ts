import { copyFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '../tools/build.ts';
import type { Peers } from './peers.ts';
import { findPeers } from './peers.ts';

/** What all measures work with: the built program as a package holds it, and room on the disk. */
export interface Stage {
  readonly root: string;
  readonly folder: string;
  /** `dist/main.js`. */
  readonly program: string;
  /** A program of `bench/children`, bundled as the program is. */
  child(name: string): string;
  readonly peers: Peers;
  /** Tells what is under way. */
  readonly tell: (text: string) => void;
  /** Bytes of the large image. */
  readonly imageBytes: number;
  readonly rounds: number;
  remove(): Promise<void>;
}

export interface StageOptions {
  readonly root: string;
  readonly tell: (text: string) => void;
  readonly imageBytes: number;
  readonly rounds: number;
}

/** Builds the program anew into a temporary folder, with the children of the bench beside it. */
export async function openStage({ root, ...options }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-bench-'));
  const dist = join(folder, 'package', 'dist');
  await mkdir(dist, { recursive: true });
  await copyFile(join(root, 'package.json'), join(folder, 'package', 'package.json'));
  await cp(join(root, 'schema'), join(folder, 'package', 'schema'), { recursive: true });
  const children = ['move-aliases', 'bare-requests', 'push-image', 'copy-image', 'read-image', 'assemble-image'];
  await bundleProgram(root, { dist, entryPoints: { main: 'src/main.ts' } });
  for (const name of children)
    await bundleProgram(root, { dist, entryPoints: { [`bench-${name}`]: `bench/children/${name}.ts` } });
  return {
    ...options,
    root,
    folder,
    program: join(dist, 'main.js'),
    child: (name) => join(dist, `bench-${name}.js`),
    peers: await findPeers(root, options.tell),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
