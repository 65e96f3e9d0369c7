import { parseImageName, shortNameOf } from '../domain/image-name.ts';
import type { Platform } from '../domain/platform.ts';
import { formatPlatform, parsePlatform } from '../domain/platform.ts';
import { quote } from '../domain/quote.ts';
import { nearestName } from './nearest-name.ts';
import { fillPlaceholders } from './placeholder.ts';
import type { PolicyProblem, ProblemPath } from './policy-problem.ts';
import { formatProblemPath } from './policy-problem.ts';
import { valueAt } from './schema-problems.ts';

/** The rules between binaries and images, on the data as it was written. */
export function binaryChecks(data: unknown): readonly PolicyProblem[] {
  const binaries = valueAt(data, ['binaries']);
  if (!Array.isArray(binaries)) return [];
  const images = imagesOf(data);
  const seen = new Map<string, { readonly platform: Platform; readonly index: number }>();
  return binaries.flatMap((binary: unknown, index): readonly PolicyProblem[] => {
    const named = valueAt(binary, ['image']);
    const image = typeof named === 'string' ? images.find((one) => one.name === named) : images[0];
    if (image === undefined) return typeof named === 'string' ? [unknownImage(named, index, images)] : [];
    const name = valueAt(binary, ['name']);
    if (typeof name !== 'string') return [];
    const path = ['binaries', index, 'name'];
    for (const platform of image.platforms) {
      const file = fillPlaceholders(name, platform);
      const other = seen.get(file);
      if (other !== undefined) return [repeated({ path, name, platform, other, index })];
      seen.set(file, { platform, index });
    }
    return [];
  });
}

interface NamedImage {
  /** The last part of its repository; undefined where that cannot be read. */
  readonly name: string | undefined;
  readonly platforms: readonly Platform[];
}

function imagesOf(data: unknown): readonly NamedImage[] {
  const images = valueAt(data, ['images']);
  if (!Array.isArray(images)) return [];
  return images.map((image: unknown) => {
    const repository = valueAt(image, ['repository']) ?? `embedded/${String(valueAt(data, ['project']))}`;
    const parsed = typeof repository === 'string' ? parseImageName(repository) : undefined;
    return { name: parsed?.is === 'ok' ? shortNameOf(parsed.value) : undefined, platforms: platformsOf(image) };
  });
}

function platformsOf(image: unknown): readonly Platform[] {
  const given = valueAt(image, ['platforms']);
  const texts: readonly unknown[] =
    given === undefined ? ['linux/amd64', 'linux/arm64'] : Array.isArray(given) ? given : [];
  const platforms = texts.flatMap((text) => {
    const parsed = typeof text === 'string' ? parsePlatform(text) : undefined;
    return parsed?.is === 'ok' ? [parsed.value] : [];
  });
  // One that is written twice is another mistake.
  return [...new Map(platforms.map((platform) => [formatPlatform(platform), platform])).values()];
}

function unknownImage(found: string, index: number, images: readonly NamedImage[]): PolicyProblem {
  const known = images.flatMap(({ name }) => name ?? []);
  const near = nearestName(found, known);
  const wanted = near === undefined ? `one of ${known.map(quote).join(', ')}` : quote(near);
  return { path: ['binaries', index, 'image'], found: `${quote(found)}, which is no image of the policy`, wanted };
}

function repeated({
  path,
  name,
  platform,
  other,
  index,
}: {
  readonly path: ProblemPath;
  readonly name: string;
  readonly platform: Platform;
  readonly other: { readonly platform: Platform; readonly index: number };
  readonly index: number;
}): PolicyProblem {
  if (other.index === index)
    return {
      path,
      found: `${quote(name)}, the same name for ${formatPlatform(other.platform)} and ${formatPlatform(platform)}`,
      wanted: 'a name with {machine} or {arch}, different on every platform',
    };
  const before = formatProblemPath(['binaries', other.index, 'name']);
  return {
    path,
    found: `${quote(name)}, for ${formatPlatform(platform)} the same name as ${before}`,
    wanted: 'another name: all are files of one release',
  };
}
