import { formatImageName, parseImageName, shortNameOf } from '../domain/image-name.ts';
import { quote } from '../domain/quote.ts';
import { companionVariable } from './companion-variable.ts';
import type { PolicyProblem, ProblemPath } from './policy-problem.ts';
import { formatProblemPath } from './policy-problem.ts';
import { valueAt } from './schema-problems.ts';

/** The rules between the images of a policy, on the data as it was written. */
export function imageChecks(data: unknown): readonly PolicyProblem[] {
  const images = placesOf(data);
  return [
    ...repeatedRepositories(images),
    ...mirrorsOfImages(data, images),
    ...repeatedShortNames(images),
    ...misplacedLockFiles(data),
    ...unknownCompanions(data, images),
    ...recordedScanOfSeveral(data, images),
  ];
}

interface ImagePlace {
  readonly path: ProblemPath;
  /** `host/name`; the default where none is written. */
  readonly repository: string;
}

function placesOf(data: unknown): readonly ImagePlace[] {
  const project = valueAt(data, ['project']);
  const images = valueAt(data, ['images']);
  if (!Array.isArray(images)) return [];
  return images.map((image: unknown, index): ImagePlace => {
    const named = valueAt(image, ['repository']);
    const path = named === undefined ? ['images', index] : ['images', index, 'repository'];
    return {
      path,
      repository: typeof named === 'string' ? named : `embedded/${typeof project === 'string' ? project : ''}`,
    };
  });
}

function repeatedRepositories(images: readonly ImagePlace[]): readonly PolicyProblem[] {
  return images.flatMap(({ path, repository }, index) => {
    const same = images.slice(0, index).find((other) => repositoryOf(other.repository) === repositoryOf(repository));
    if (same === undefined) return [];
    const found = `${quote(repository)}, which ${formatProblemPath(same.path)} is already`;
    return [{ path, found, wanted: 'a repository of its own for each image' }];
  });
}

function mirrorsOfImages(data: unknown, images: readonly ImagePlace[]): readonly PolicyProblem[] {
  return images.flatMap((_, index) => {
    const mirrors = valueAt(data, ['images', index, 'mirrors']);
    if (!Array.isArray(mirrors)) return [];
    return mirrors.flatMap((value: unknown, place): readonly PolicyProblem[] => {
      if (typeof value !== 'string') return [];
      const same = images.findIndex(({ repository }) => repositoryOf(repository) === repositoryOf(value));
      if (same < 0) return [];
      const whose = same === index ? 'the repository itself' : `the repository of images[${same}]`;
      const path = ['images', index, 'mirrors', place];
      return [{ path, found: `${quote(value)}, which is ${whose}`, wanted: 'another repository' }];
    });
  });
}

/** By its short name a companion is known in asset names, and by the variable made of it in gates. */
function repeatedShortNames(images: readonly ImagePlace[]): readonly PolicyProblem[] {
  return images.flatMap(({ path, repository }, index) => {
    const own = variableOf(repository);
    const before = images.slice(0, index);
    const same = before.find((other) => variableOf(other.repository) === own);
    if (same === undefined || own === undefined) return [];
    if (before.some((other) => repositoryOf(other.repository) === repositoryOf(repository))) return [];
    const found = `${quote(repository)}, whose last part ${formatProblemPath(same.path)} has too`;
    return [{ path, found, wanted: 'images whose last parts differ: files and variables are named by them' }];
  });
}

function misplacedLockFiles(data: unknown): readonly PolicyProblem[] {
  const lockFiles = valueAt(data, ['images', 0, 'lockFiles']);
  if (!Array.isArray(lockFiles) || lockFiles.length === 0) return [];
  return [
    {
      path: ['images', 0, 'lockFiles'],
      found: 'lock files of the first image',
      wanted: 'them in lockFiles of the policy',
      at: 'key',
    },
  ];
}

/** `{image:NAME}` in the command of a gate. */
function unknownCompanions(data: unknown, images: readonly ImagePlace[]): readonly PolicyProblem[] {
  const known = images.slice(1).flatMap(({ repository }) => {
    const name = parseImageName(repository);
    return name.is === 'ok' ? [shortNameOf(name.value)] : [];
  });
  const gates = valueAt(data, ['gates']);
  if (!Array.isArray(gates)) return [];
  return gates.flatMap((gate: unknown, index): readonly PolicyProblem[] => {
    const command = valueAt(gate, ['command']);
    const words: readonly unknown[] = Array.isArray(command) ? command : [command];
    const named = words.flatMap((word) =>
      typeof word === 'string' ? [...word.matchAll(/\{image:([^{}]*)\}/g)].map(([, name = '']) => name) : [],
    );
    const path = ['gates', index, 'command'] as const;
    const [first] = named;
    if (first === undefined) return [];
    if ((valueAt(gate, ['on']) ?? 'source') === 'source')
      return [
        {
          path,
          found: `{image:${first}} in a gate on source`,
          wanted: 'a gate with "on: candidate": before the build there is no image',
        },
      ];
    const unknown = named.find((name) => !known.includes(name));
    if (unknown === undefined) return [];
    const wanted = known.length === 0 ? 'only {image}: there is one image' : `one of ${known.map(quote).join(', ')}`;
    return [{ path, found: `{image:${unknown}}`, wanted }];
  });
}

/** A recorded report is of one image, and its path tells platforms apart, not images. */
function recordedScanOfSeveral(data: unknown, images: readonly ImagePlace[]): readonly PolicyProblem[] {
  if (images.length < 2 || valueAt(data, ['scan', 'tool']) !== 'recorded') return [];
  const wanted = 'another tool: a recorded report is of one image, and each of them is scanned';
  return [{ path: ['scan', 'tool'], found: `"recorded" beside ${images.length} images`, wanted }];
}

function variableOf(repository: string): string | undefined {
  const name = parseImageName(repository);
  return name.is === 'ok' ? companionVariable(name.value) : undefined;
}

/** Host names are the same in any case; the default port says nothing. */
export function repositoryOf(text: string): string {
  const parsed = parseImageName(text);
  if (parsed.is === 'refused') return text;
  const { registry, repository } = parsed.value;
  return formatImageName({ registry: registry.toLowerCase().replace(/:443$/, ''), repository });
}
