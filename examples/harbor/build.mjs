// Builds harbor for every machine: build/harbor-amd64 and build/harbor-arm64, genuine static Linux programs. There is
// no compiler in this; toolchain/ turns src/harbor.mjs into machine code. The same version gives the same bytes.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { harbor } from './src/harbor.mjs';
import { aarch64 } from './toolchain/aarch64.mjs';
import { assemble } from './toolchain/assemble.mjs';
import { x86_64 } from './toolchain/x86-64.mjs';

const version = readFileSync(new URL('version.txt', import.meta.url), 'utf8').trim();
if (!/^\d+\.\d+\.\d+$/.test(version)) {
  console.error(`version.txt: "${version}" is not MAJOR.MINOR.PATCH`);
  process.exit(1);
}

const folder = fileURLToPath(new URL('build/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const { arch, machine } of [
  { arch: 'amd64', machine: x86_64 },
  { arch: 'arm64', machine: aarch64 },
]) {
  const file = `${folder}harbor-${arch}`;
  writeFileSync(file, assemble(machine, harbor(version)));
  chmodSync(file, 0o755);
}
