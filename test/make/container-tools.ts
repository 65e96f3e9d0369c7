import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';

/** What a stand-in was called with. */
export interface ToolLine {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ContainerTools {
  /** The environment in which the stand-ins are found first. */
  readonly environment: Readonly<Record<string, string>>;
  lines(): Promise<readonly ToolLine[]>;
}

/**
 * Stand-ins for `docker buildx` and `buildah` that answer what the real ones answered when they were asked (buildx 0.34,
 * buildah 1.28) and leave an image of one layer, the Dockerfile itself. For command lines and refusals; the real ones
 * run in test/real.
 */
export async function makeContainerTools(
  scope: Scope,
  tools: readonly ('docker' | 'buildah')[],
  more: {
    /** Every build fails and says this. */
    readonly says?: string;
    /** What `buildx inspect` prints. */
    readonly inspect?: string;
  } = {},
): Promise<ContainerTools> {
  const folder = await makeFolder(scope);
  const log = join(folder, 'lines.jsonl');
  await writeFile(log, '');
  for (const tool of tools) {
    const file = join(folder, tool);
    await writeFile(file, standIn({ log, failing: more.says, inspect: more.inspect }));
    await chmod(file, 0o755);
  }
  return {
    environment: { PATH: [folder, process.env['PATH'] ?? ''].join(delimiter), HOME: folder },
    lines: async () => (await readFile(log, 'utf8')).split('\n').flatMap((line) => (line === '' ? [] : [toLine(line)])),
  };
}

function toLine(line: string): ToolLine {
  return JSON.parse(line);
}

function standIn(given: {
  readonly log: string;
  readonly failing: string | undefined;
  readonly inspect: string | undefined;
}): string {
  return `#!${process.execPath}
const { createHash } = require('node:crypto');
const { appendFileSync, mkdirSync, readFileSync, writeFileSync, cpSync } = require('node:fs');
const { dirname, join } = require('node:path');
const argv = process.argv.slice(2);
const words = argv[0] === 'buildx' ? argv.slice(1) : argv;
appendFileSync(${JSON.stringify(given.log)}, JSON.stringify({ argv, env: process.env }) + '\\n');
const value = (name) => argv.find((word) => word.startsWith(name + '='))?.slice(name.length + 1);
if (words[0] === 'inspect') console.log(${JSON.stringify(given.inspect ?? 'Name:   default\nDriver: docker-container')});
const failing = ${JSON.stringify(given.failing ?? null)};
if (words[0] === 'version' || words[0] === '--version' || words[0] === 'inspect') process.exit(0);
if (words.includes('--help')) {
  console.log(${JSON.stringify(recordedFlags)});
  process.exit(0);
}
const store = join(${JSON.stringify(given.log)} + '.store');
if (words[0] === 'build' && failing !== null) {
  console.error(failing);
  process.exit(1);
}
if (words[0] === 'build') {
  const dest = /(?:"dest=([^"]+)"|dest=([^,]+))/.exec(value('--output') ?? '')?.slice(1).find(Boolean) ?? store;
  makeLayout(dest);
}
if (words[0] === 'manifest' && words[1] === 'push') cpSync(store, argv.at(-1).replace(/^oci:/, '').replace(/:image$/, ''), { recursive: true });

function makeLayout(folder) {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  const put = (mediaType, data) => {
    const hex = createHash('sha256').update(data).digest('hex');
    writeFileSync(join(folder, 'blobs/sha256', hex), data);
    return { mediaType, digest: 'sha256:' + hex, size: data.length };
  };
  const layer = put('application/vnd.oci.image.layer.v1.tar', readFileSync(value('--file').replace(/^"(.*)"$/s, (_, name) => name.replaceAll('""', '"'))));
  const Labels = Object.fromEntries(argv.filter((word) => word.startsWith('--label=')).map((word) => word.slice(8).split(/=(.*)/s).slice(0, 2)));
  const manifests = value('--platform').split(',').map((name) => {
    const [os, architecture] = name.split('/');
    const rootfs = { type: 'layers', diff_ids: [layer.digest] };
    const config = put('application/vnd.oci.image.config.v1+json', Buffer.from(JSON.stringify({ os, architecture, rootfs, config: { Labels } })));
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    return { ...put(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }))), platform: { os, architecture } };
  });
  const type = 'application/vnd.oci.image.index.v1+json';
  const index = put(type, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests })));
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
}
`;
}

/** The lines of both programs' help that name flags we look for. */
const recordedFlags = [
  '      --annotation stringArray         Add annotation to the image',
  '      --build-arg stringArray          Set build-time variables',
  '      --provenance string              Shorthand for "--attest=type=provenance"',
  '      --sbom string                    Shorthand for "--attest=type=sbom"',
  '      --identity-label                 add default identity label (default true)',
  '      --timestamp int                  set created timestamp to the specified epoch seconds',
].join('\n');
