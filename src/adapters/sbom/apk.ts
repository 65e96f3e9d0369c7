import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { quote } from '../../domain/quote.ts';
import type { InstalledPackage } from './installed-package.ts';
import { maximumPackages, maximumPathText, pathTextOf, tooManyPackages, tooMuchPathText } from './installed-package.ts';
import { statedLicence } from './licence.ts';
import type { Line } from './stanzas.ts';
import { readStanzas, valueOf } from './stanzas.ts';

/** The packages of apk's database (`apk/db/installed`) with their files. Refused where an entry is no package. */
export function readApkInstalled(bytes: Uint8Array): Parsed<readonly InstalledPackage[]> {
  const packages: InstalledPackage[] = [];
  let left = maximumPathText;
  for (const lines of readStanzas(new TextDecoder().decode(bytes))) {
    const name = valueOf(lines, 'P') ?? '';
    const version = valueOf(lines, 'V') ?? '';
    const architecture = valueOf(lines, 'A') ?? '';
    const origin = valueOf(lines, 'o') ?? name;
    const valid = isName(name) && isName(origin) && /^[0-9A-Za-z._~+-]{1,255}$/.test(version);
    if (!valid || !/^[a-z0-9_-]{1,64}$/.test(architecture))
      return refuse(`has an entry ${quote(name)} that is no package`);
    if (packages.length === maximumPackages) return refuse(tooManyPackages);
    const files = filesOf(lines, left);
    left -= pathTextOf(files);
    if (left < 0) return refuse(tooMuchPathText);
    const licence = statedLicence(valueOf(lines, 'L'));
    packages.push({
      ...(licence === undefined ? {} : { licence }),
      name,
      version,
      architecture,
      source: origin === name ? undefined : origin,
      files,
    });
  }
  return accept(packages);
}

// "F:" names a folder, and each "R:" after it a file in it. No path is longer than 4096 bytes (PATH_MAX).
function filesOf(lines: readonly Line[], text: number): readonly string[] {
  let folder = '';
  let left = text;
  const files: string[] = [];
  for (const { key, value } of lines) {
    // The caller sees that it is too much.
    if (left < 0) break;
    if (key === 'F') folder = value;
    else if (key === 'R' && folder.length + value.length < maximumPath) {
      const path = folder === '' ? `/${value}` : `/${folder}/${value}`;
      files.push(path);
      left -= path.length;
    }
  }
  return files;
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9+._-]{0,254}$/.test(text);
}

const maximumPath = 4096;
