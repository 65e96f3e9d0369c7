import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ImageToolOptions } from '../../src/adapters/image-tool/tool-place.ts';
import type { Descriptor } from '../../src/domain/oci.ts';
import type { ScanTarget } from '../../src/ports/scanner.ts';
import type { LayeredImage } from '../layered-image.ts';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';

/**
 * Options for a program that looks at images, which is a script of Node: for command lines, exit codes and refusals. In the script `argv`
 * holds the words; where it can see a secret it ends with 99.
 */
export async function scannerStandIn(
  scope: Scope,
  name: string,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ImageToolOptions> {
  const folder = await makeFolder(scope);
  const file = join(folder, name);
  const guard = `if (Object.keys(process.env).some((name) => /KEY$|TOKEN|SECRET|PASSWORD/.test(name))) process.exit(99);`;
  const start = `const argv = process.argv.slice(2); const fs = require('node:fs');`;
  await writeFile(file, `#!${process.execPath}\n${guard}\n${start}\n${script}\n`);
  await chmod(file, 0o755);
  const secrets = { CUTWATER_CI_KEY: 'x', SIGSTORE_ID_TOKEN: 'x', GITHUB_TOKEN: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
  let count = 0;
  return {
    environment: {
      ...secrets,
      PATH: [folder, process.env['PATH'] ?? ''].join(delimiter),
      HOME: folder,
      ...environment,
    },
    newFolder: async (of) => {
      const path = join(folder, `${of}:@${(count += 1)}`);
      await mkdir(path);
      return path;
    },
    sha256: undefined,
    signal: new AbortController().signal,
  };
}

/** What a scanner is asked to look at. */
export function scanTarget({ repository, manifest }: LayeredImage): ScanTarget {
  const found = repository.manifests.get(manifest);
  if (found === undefined) throw new Error('the image has no manifest');
  const descriptor: Descriptor = { mediaType: found.mediaType, digest: manifest, size: found.bytes.length };
  return { repository, manifest: descriptor, platform: { os: 'linux', architecture: 'amd64' } };
}
