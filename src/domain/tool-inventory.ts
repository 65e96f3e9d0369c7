import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { Digest } from './digest.ts';

/** Programs of others that list what is in an image, beside Cutwater's own reader. */
export const sbomToolNames = ['syft', 'trivy'] as const;
export type SbomToolName = (typeof sbomToolNames)[number];

/** What such a program says is in the image of one platform, the same for every program. */
export interface ToolInventory {
  readonly tool: {
    readonly name: SbomToolName;
    /** `unknown` where it does not say one. */
    readonly version: string;
    /** SHA-256 of the program that ran, 64 hexadecimal digits. */
    readonly sha256: string;
  };
  /** What it says it has looked at. */
  readonly subject: {
    readonly config: Digest | undefined;
    readonly diffIds: readonly Digest[] | undefined;
    readonly manifest: Digest | undefined;
  };
  /** Sorted, so that the order in which it found them does not matter. */
  readonly packages: readonly ToolPackage[];
  /** Entries whose texts nobody could use; undefined where there are none. */
  readonly leftOut: { readonly count: number; readonly first: string } | undefined;
  /** Kinds of packages that it was not made to look for, in words. */
  readonly unread: readonly string[];
}

/** What the report of a program says; which program it was, and how it was run, its runner knows. */
export type ReportedInventory = Omit<ToolInventory, 'tool' | 'unread'> & { readonly version: string };

export interface ToolPackage {
  readonly name: string;
  /** Empty where the program knows none. */
  readonly version: string;
  /** As the program wrote it; it may say anything. */
  readonly purl: string | undefined;
  /** Absolute paths, sorted; `/` stands for a place in the image that the program does not tell. */
  readonly places: readonly string[];
  readonly licence: string | undefined;
}

/** An entry as it stands in a report. */
export type ReportedPackage = Partial<Omit<ToolPackage, 'name' | 'places'>> & {
  readonly name: string;
  /** Absolute, or relative to the root of the image. None where the program tells none. */
  readonly places: readonly string[];
};

/**
 * Makes the entries of a report fit for a document that is published: entries with control characters, endless texts or
 * paths that are none are left out and counted. Refused where there is more than any image has.
 */
export function readReported(
  reported: readonly ReportedPackage[],
): Parsed<Pick<ToolInventory, 'packages' | 'leftOut'>> {
  if (reported.length > maximumPackages) return refuse(`names more than ${maximumPackages} packages`);
  const packages: ToolPackage[] = [];
  const unusable: string[] = [];
  let text = 0;
  for (const entry of reported) {
    const read = toPackage(entry);
    if (read === undefined) {
      unusable.push(entry.name);
      continue;
    }
    text += read.places.reduce((sum, { length }) => sum + length, 0);
    if (text > maximumText) return refuse(`names paths of more than ${maximumText} characters`);
    packages.push(read);
  }
  const [first] = unusable.sort();
  return accept({
    packages: packages
      .map((one) => ({ one, order: orderOf(one) }))
      .sort(byOrder)
      .map(({ one }) => one),
    leftOut: first === undefined ? undefined : { count: unusable.length, first },
  });
}

function toPackage({ name, version = '', purl, places, licence }: ReportedPackage): ToolPackage | undefined {
  const absolute = places.map((place) => (place.startsWith('/') ? place : `/${place}`));
  const texts = [version, purl ?? ''].every((value) => value === '' || isLine(value));
  if (!isLine(name) || !texts || !absolute.every((place) => isLine(place, 4096))) return undefined;
  return {
    name,
    version,
    purl: purl === '' ? undefined : purl,
    places: absolute.length === 0 ? ['/'] : [...new Set(absolute)].sort(),
    licence: licence !== undefined && isLine(licence) ? licence : undefined,
  };
}

function orderOf({ purl = '', name, version, places }: ToolPackage): string {
  return JSON.stringify([purl, name, version, ...places]);
}

function byOrder(left: { readonly order: string }, right: { readonly order: string }): number {
  return left.order < right.order ? -1 : Number(left.order > right.order);
}

/** A line of text without anything that a terminal or a reader's eye would stumble over. */
function isLine(text: string, limit = 1024): boolean {
  return text.trim() !== '' && text.length <= limit && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}

// As many as the own readers allow: ten times what the largest images have.
const maximumPackages = 100_000;
const maximumText = 64 * 1024 ** 2;
