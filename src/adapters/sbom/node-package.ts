import { PackageURL } from 'packageurl-js';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { statedLicence } from './licence.ts';
import type { LockedPackage } from './locked-package.ts';
import { isTable, isText } from './locked-package.ts';

/** The folder of an installed package, by the path of its `package.json`; undefined for any other file. */
export function nodePackageFolder(path: string): string | undefined {
  if (!path.endsWith('/package.json')) return undefined;
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/.exec(path)?.[1];
}

/** A package as it lies in a `node_modules` folder, by its `package.json`. */
export function readNodePackage(bytes: Uint8Array): Parsed<LockedPackage> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes).replace(/^\ufeff/, ''));
  } catch {
    return refuse('is not JSON');
  }
  const { name, version, license } = isTable(document) ? document : {};
  if (!isText(name) || !/^(?:@[^/@\s]+\/)?[^/@\s]+$/.test(name)) return refuse('has no valid name');
  if (!isText(version) || /\s/.test(version)) return refuse('has no version');
  const purl = npmPurl(name, version);
  const licence = statedLicence(license);
  const stated = licence === undefined ? {} : { licence };
  return accept({
    ...stated,
    ref: purl,
    purl,
    name,
    version,
    hashes: [],
    source: undefined,
    scope: undefined,
    dependsOn: [],
  });
}

export function npmPurl(name: string, version: string, qualifiers?: Readonly<Record<string, string>>): string {
  const slash = name.indexOf('/');
  const scope = slash < 0 ? undefined : name.slice(0, slash);
  return new PackageURL('npm', scope, name.slice(slash + 1), version, qualifiers, undefined).toString();
}
