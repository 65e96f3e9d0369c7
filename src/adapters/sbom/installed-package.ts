import { PackageURL } from 'packageurl-js';
import type { LockedPackage } from './locked-package.ts';
import type { OsRelease } from './os-release.ts';

/** A package as the database of the image's package manager has it. */
export interface InstalledPackage {
  readonly name: string;
  /** With the epoch, where dpkg has one: `1:1.2.13.dfsg-1`. */
  readonly version: string;
  /** Of rpm, whose purls have it apart. */
  readonly epoch?: number;
  readonly architecture: string;
  /** What it was built from, where that has another name or version: advisories speak of it. */
  readonly source: string | undefined;
  readonly licence?: string;
  /** Absolute paths, as the package has them: links of the image are not followed. */
  readonly files: readonly string[];
}

/** As a component: its purl names the distribution, where the image says which one it is. */
export function installedComponent(
  type: 'deb' | 'apk' | 'rpm',
  { name, version, epoch, architecture, source, licence }: InstalledPackage,
  os: OsRelease | undefined,
): LockedPackage {
  const distro = os === undefined ? undefined : [os.id, os.versionId].filter((part) => part !== undefined).join('-');
  const qualifiers = {
    arch: architecture,
    ...(distro === undefined ? {} : { distro }),
    ...(epoch === undefined ? {} : { epoch: String(epoch) }),
    ...(source === undefined ? {} : { upstream: source }),
  };
  const purl = new PackageURL(type, vendorOf(type, os), name, version, qualifiers, undefined).toString();
  const whole = epoch === undefined ? version : `${epoch}:${version}`;
  const stated = licence === undefined ? {} : { licence };
  return {
    ...stated,
    ref: purl,
    purl,
    name,
    version: whole,
    hashes: [],
    source: undefined,
    scope: undefined,
    dependsOn: [],
  };
}

/** Whose the package is. Those of rpm are the vendor's, as its advisories name it, and not the product's. */
function vendorOf(type: 'deb' | 'apk' | 'rpm', os: OsRelease | undefined): string | undefined {
  if (os === undefined || type !== 'rpm') return os?.id;
  if (os.id.startsWith('opensuse')) return 'opensuse';
  return os.id === 'rhel' ? 'redhat' : os.id;
}

/**
 * How many packages one kind of evidence may name: ten times what the largest images have. A hostile one names millions in
 * a few megabytes, and a document of them would not fit into memory.
 */
export const maximumPackages = 100_000;

/**
 * Characters of all paths that one database may name: as many as the names of an image's own files may have. Databases write
 * a folder once, and each file in it has it in its path, so that a few hundred kilobytes could become gigabytes.
 */
export const maximumPathText = 128 * 1024 ** 2;

export const tooMuchPathText = `names paths of more than ${maximumPathText} characters`;

export function pathTextOf(files: readonly string[]): number {
  return files.reduce((sum, { length }) => sum + length, 0);
}

export const tooManyPackages = `names more than ${maximumPackages} packages`;
