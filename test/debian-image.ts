import { createHash } from 'node:crypto';
import type { ImageInventory } from '../src/ports/image-files.ts';
import { evidenceWish } from '../src/adapters/sbom/image-evidence.ts';
import { defaultExtractLimits } from '../src/adapters/image-files/extract-file.ts';
import { readInventory } from '../src/adapters/image-files/read-inventory.ts';
import { makeElf } from './elf-fixture.ts';
import type { LayeredImage } from './layered-image.ts';
import { layeredImage } from './layered-image.ts';
import type { Scope } from './make/folder.ts';
import { makeFolder } from './make/folder.ts';
import { auditSection, goSection } from './program-sections.ts';
import type { TestEntry } from './tar-fixture.ts';

const linked = [
  { name: 'app', version: '1.2.3', source: 'local', root: true, dependencies: [1, 2] },
  { name: 'serde', version: '1.0.0', source: 'crates.io' },
  { name: 'unlocked', version: '0.1.0', source: 'crates.io' },
];

/** A small image as Debian's are: a merged /usr, dpkg's database, a Rust and a Go program, an npm package, own files. */
export const debianFiles: readonly TestEntry[] = [
  { name: 'lib', type: '2', target: 'usr/lib' },
  { name: 'etc/os-release', type: '2', target: '../usr/lib/os-release' },
  { name: 'usr/lib/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
  { name: 'usr/lib/libz.so.1', content: makeElf({}) },
  {
    name: 'var/lib/dpkg/status',
    content:
      'Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\nVersion: 1:1.2.13.dfsg-1\n\nPackage: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4\n',
  },
  // dpkg lists the paths of before the merge.
  { name: 'var/lib/dpkg/info/zlib1g:amd64.list', content: '/.\n/lib\n/lib/libz.so.1\n' },
  { name: 'var/lib/dpkg/info/zlib1g:amd64.postinst', content: '#!/bin/sh\n', mode: 0o755 },
  { name: 'var/lib/dpkg/info/base-files.list', content: '/usr/lib/os-release\n/usr/bin/tool\n' },
  { name: 'usr/bin/app', content: makeElf({ '.dep-v0': auditSection(linked) }), mode: 0o755 },
  {
    name: 'usr/bin/gopher',
    content: makeElf({ '.go.buildinfo': goSection('go1.24.1', [['dep', 'golang.org/x/sys', 'v0.29.0', 'h1:x=']]) }),
    mode: 0o755,
  },
  { name: 'usr/bin/mystery', content: makeElf({ '.text': new Uint8Array(10) }), mode: 0o755 },
  { name: 'opt/run.sh', content: '#!/bin/sh\n', mode: 0o755 },
  { name: 'opt/notes.txt', content: 'hello\n' },
  // What a link of a package leads to is not the package's.
  { name: 'usr/bin/tool', type: '2', target: '/opt/tool' },
  { name: 'opt/tool', content: 'tool\n' },
  { name: 'app/node_modules/@s/b/package.json', content: '{"name":"@s/b","version":"1.0.0"}' },
  { name: 'app/node_modules/@s/b/index.js', content: 'module.exports = 1;\n' },
];

export function debianImage(more: readonly TestEntry[] = []): LayeredImage {
  return layeredImage([debianFiles, more]);
}

/** What the embedded reader finds in an image, as the SBOM wants it. */
export async function inventoryOf(scope: Scope, image: LayeredImage): Promise<ImageInventory> {
  return readInventory({
    ...image,
    wish: evidenceWish,
    folder: await makeFolder(scope),
    limits: defaultExtractLimits,
  });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
