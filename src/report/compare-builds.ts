import type { Digest } from '../domain/digest.ts';
import { shortDigest } from '../domain/digest.ts';
import { isRecord } from '../domain/image-config.ts';
import { quote } from '../domain/quote.ts';
import type { TarEntryKind } from '../domain/tar-entries.ts';

/** What one build of an image is made of. */
export interface BuiltParts {
  /** Members of the image manifest but configuration and layers. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The whole configuration, as it was read. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Lowest first. */
  readonly layers: readonly { readonly digest: Digest; readonly diffId: Digest }[];
}

export interface BuiltEntry {
  readonly path: string;
  readonly kind: TarEntryKind;
  readonly mode: number;
  readonly target: string;
  readonly digest: Digest;
}

export interface PartDifferences {
  /** One line each. */
  readonly lines: readonly string[];
  /** Positions of layers that both have, with other content: their entries are to be compared. */
  readonly layers: readonly number[];
}

/** How two builds of one image differ, as far as manifest and configuration show it. `here` is the build of now. */
export function compareParts(released: BuiltParts, here: BuiltParts): PartDifferences {
  const lines: string[] = [];
  const layers: number[] = [];
  if (released.layers.length !== here.layers.length)
    lines.push(`it has ${here.layers.length} layers, ${released.layers.length} were released`);
  for (const [position, layer] of released.layers.entries()) {
    const other = here.layers[position];
    if (other === undefined || other.digest === layer.digest) continue;
    if (other.diffId === layer.diffId) lines.push(`layer ${position + 1} is compressed in another way`);
    else layers.push(position);
  }
  const members = differingMembers(released.config, here.config);
  if (members.length > 0) lines.push(`other in the configuration: ${shorten(members, 6)}`);
  const annotations = differingMembers(released.annotations, here.annotations);
  if (annotations.length > 0) lines.push(`other annotations: ${shorten(annotations, 6)}`);
  return { lines, layers };
}

/** How two builds of a layer differ; `number` counts from 1. Never empty: what is not seen in the entries is said too. */
export function compareEntries(
  number: number,
  released: readonly BuiltEntry[],
  here: readonly BuiltEntry[],
): readonly string[] {
  const before = byPath(released);
  const now = byPath(here);
  const found = [
    ...[...now.keys()].filter((path) => !before.has(path)).map((path) => `${quote(path)} is new`),
    ...[...before].flatMap(([path, entry]) => {
      const other = now.get(path);
      return other === undefined ? [`${quote(path)} is missing`] : differenceOf(path, entry, other);
    }),
  ];
  if (found.length > 0) return [`layer ${number}: ${shorten(found, 5)}`];
  return [`layer ${number}: the same files with the same bytes and rights; times, owners or their order are other`];
}

/** Later entries of a path come over earlier ones. */
function byPath(entries: readonly BuiltEntry[]): ReadonlyMap<string, BuiltEntry> {
  return new Map(entries.map((entry) => [entry.path.replace(/^(?:\.?\/)+|\/+$/g, ''), entry]));
}

function differenceOf(path: string, released: BuiltEntry, here: BuiltEntry): readonly string[] {
  const name = quote(path);
  if (released.kind !== here.kind) return [`${name} is a ${here.kind}, it was a ${released.kind}`];
  if (released.digest !== here.digest)
    return [`${name} has other bytes (${shortDigest(here.digest)}, ${shortDigest(released.digest)} was released)`];
  if (released.target !== here.target) return [`${name} leads to ${quote(here.target)}, not ${quote(released.target)}`];
  const mode = (entry: BuiltEntry): string => entry.mode.toString(8).padStart(4, '0');
  return released.mode === here.mode ? [] : [`${name} has the rights ${mode(here)}, not ${mode(released)}`];
}

/** Names of the members that are not equal, two levels deep; layers are compared elsewhere. */
function differingMembers(released: Members, here: Members, start = ''): readonly string[] {
  return [...new Set([...Object.keys(released), ...Object.keys(here)])].toSorted().flatMap((key) => {
    const [left, right] = [released[key], here[key]];
    if (start === '' && key === 'rootfs') return [];
    if (JSON.stringify(left) === JSON.stringify(right)) return [];
    if (start === '' && isRecord(left) && isRecord(right)) return differingMembers(left, right, `${key}.`);
    return [quote(`${start}${key}`)];
  });
}

type Members = Readonly<Record<string, unknown>>;

function shorten(lines: readonly string[], shown: number): string {
  const rest = lines.length > shown ? [`${lines.length - shown} more`] : [];
  return [...lines.slice(0, shown), ...rest].join(', ');
}
