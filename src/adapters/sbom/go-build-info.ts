import { PackageURL } from 'packageurl-js';
import valid from 'semver/functions/valid.js';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { quote } from '../../domain/quote.ts';
import { maximumPackages, tooManyPackages } from './installed-package.ts';
import type { LockedPackage } from './locked-package.ts';
import { isText } from './locked-package.ts';

/**
 * The modules of a Go program, by its `.go.buildinfo` section, with the standard library as `stdlib`. The section says
 * what is in the program, not what of it needs what. Programs of Go before 1.18 keep the text elsewhere and are refused.
 */
export function readGoBuildInfo(section: Uint8Array, path: string): Parsed<readonly LockedPackage[]> {
  const start = findMagic(section);
  if (start === undefined) return refuse('does not have the mark of Go');
  if (((section[start + 15] ?? 0) & inlineFlag) === 0) return refuse('is of Go before 1.18');
  const version = readText(section, start + 32);
  const modules = version && readText(section, version.end);
  if (version === undefined || modules === undefined) return refuse('ends in the middle');
  // A toolchain with experiments says so after its version: "go1.26.1 X:jsonv2", or since Go 1.25 "go1.26.1-X:jsonv2".
  const toolchain = /^(?:devel )?go(\d\S*)/.exec(version.text)?.[1]?.replace(/-X:.*/, '');
  if (toolchain === undefined) return refuse(`is of no Go version: ${quote(version.text)}`);
  const packages = [toPackage('stdlib', toolchain, path)];
  // Sixteen bytes of a mark stand before and after the text (cmd/go, modload.ModInfoData).
  const lines = modules.text.length < 33 ? [] : modules.text.slice(16, -16).split('\n');
  for (const [index, line] of lines.entries()) {
    const [kind, name, given = ''] = line.split('\t');
    if (kind !== 'mod' && kind !== 'dep') continue;
    const replaced = lines[index + 1]?.split('\t') ?? [];
    const [usedName, usedVersion] = replaced[0] === '=>' ? [replaced[1], replaced[2] ?? ''] : [name, given];
    if (!isText(usedName) || !modulePath.test(usedName) || !isModuleVersion(usedVersion))
      return refuse(`has a line that names no module: ${quote(line)}`);
    if (packages.length === maximumPackages) return refuse(tooManyPackages);
    packages.push(toPackage(usedName, usedVersion, path));
  }
  return accept(packages);
}

function toPackage(name: string, version: string, path: string): LockedPackage {
  // A module of the very build has the version "(devel)", one that was replaced by a folder has none.
  const local = version === '' || version === '(devel)';
  const slash = name.lastIndexOf('/');
  const purl = local
    ? undefined
    : new PackageURL('golang', name.slice(0, Math.max(slash, 0)), name.slice(slash + 1), version, undefined, undefined);
  return {
    ref: purl?.toString() ?? `local:${path}#${name}@${version}`,
    purl: purl?.toString(),
    name,
    version: version === '' ? 'unknown' : version,
    hashes: [],
    source: undefined,
    scope: 'required',
    dependsOn: [],
  };
}

// The mark is aligned to 16 bytes (debug/buildinfo).
function findMagic(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + 32 <= bytes.length; at += 16)
    if (magic.every((value, index) => bytes[at + index] === value)) return at;
  return undefined;
}

/** A text after its length as a varint; byte for byte, because the marks around the modules are no UTF-8. */
function readText(bytes: Uint8Array, start: number): { readonly text: string; readonly end: number } | undefined {
  let length = 0;
  let at = start;
  for (let shift = 1; ; shift *= 128, at += 1) {
    const byte = bytes[at];
    if (byte === undefined || shift > 2 ** 28) return undefined;
    length += (byte & 0x7f) * shift;
    if (byte < 0x80) break;
  }
  const from = at + 1;
  const end = from + length;
  return end > bytes.length ? undefined : { text: Buffer.from(bytes.subarray(from, end)).toString('latin1'), end };
}

function isModuleVersion(version: string): boolean {
  return version === '' || version === '(devel)' || (/^v\d[\w.+-]*$/.test(version) && valid(version.slice(1)) !== null);
}

// Elements that are not empty, between slashes (golang.org/x/mod/module, CheckImportPath).
const modulePath = /^[\w.~@+-]+(?:\/[\w.~@+-]+)*$/;
const magic = [...Buffer.from('\xff Go buildinf:', 'latin1')];
const inlineFlag = 2;
