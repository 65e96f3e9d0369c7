import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import * as z from './field.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { checkedText, choice, filledText, parsedText, section } from './parsed-text.ts';
import { parseRepositoryPath } from './repository-path.ts';
import { valueAt } from './schema-problems.ts';
import type { VersionFile } from './version-file-policy.ts';
import { versionFileFor, versionPatternFault } from './version-file-policy.ts';

const known = 'Cargo.toml, Cargo.lock, package.json, package-lock.json, npm-shrinkwrap.json, VERSION, version.txt';

const filePath = parsedText(
  {
    wanted: 'the path of a file of the repository',
    description: `Path of the file. What is none of ${known} needs a pattern.`,
  },
  parseRepositoryPath,
);

const detailedFile = section('a mapping with path', {
  path: filePath,
  pattern: checkedText(
    {
      wanted: 'a text such as "image: app:{version}"',
      description: 'Text of one line, with {version} where the version stands; every place that matches is set.',
      pattern: '\\{version\\}',
      examples: ['__version__ = "{version}"'],
    },
    versionPatternFault,
  ).optional(),
  packages: z
    .array(filledText({ wanted: 'the name of a package', description: 'Name of a package of the project.' }), {
      error: 'a list of packages',
    })
    .min(1, { error: 'a list of at least one package' })
    .optional()
    .meta({ description: 'Of a Cargo.lock: the packages that have the version, where they are not to be found out.' }),
});

const namedFile = parsedText(
  {
    wanted: `a file with the name ${known}, or a mapping with path and pattern`,
    description: `Path of a file with the name ${known}.`,
    examples: ['Cargo.toml', 'frontend/package.json'],
  },
  (text) => {
    const path = parseRepositoryPath(text);
    return path.is === 'ok' ? readVersionFile({ path: path.value }) : path;
  },
);

/** The files that name the project's version. Lock files beside a manifest need not be named. */
export const versionFilesSchema = z
  .array(z.union([namedFile, detailedFile], { error: 'a path, or a mapping with path and pattern' }), {
    error: 'a list of files',
  })
  .default([])
  .meta({
    description:
      'Files that name the version of the project: "cutwater prepare" sets it, a release is refused where they disagree. The lock file of a Cargo.toml or package.json follows by itself.',
  });

/** The classes whose upgrading notes must say something. */
export const upgradingRequiredSchema = z
  .array(choice(['rc', 'stable', 'hotfix'], 'A class of releases.'), { error: 'a list of "rc", "stable", "hotfix"' })
  .default(['stable', 'hotfix'])
  .meta({
    description:
      'Releases that are refused without upgrading notes that declare breaking changes, environment variables, migrations and the way back. Needs a file in upgrading.',
  });

type FileDocument = z.output<typeof versionFilesSchema>[number];

/** A file as the schema gives it, in the policy's form. It has passed `versionFileChecks`. */
export function toVersionFile(document: FileDocument): VersionFile {
  if ('kind' in document) return document;
  const parsed = readVersionFile(document);
  if (parsed.is === 'refused') throw new Error(`A version file that ${parsed.reason} passed the checks`);
  return parsed.value;
}

/** The rules between the fields of one version file, on the data as it was written. */
export function versionFileChecks(data: unknown): readonly PolicyProblem[] {
  const files = valueAt(data, ['versionFiles']);
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown, index): readonly PolicyProblem[] => {
    const path = valueAt(file, ['path']);
    if (typeof path !== 'string') return [];
    const [pattern, packages] = [valueAt(file, ['pattern']), valueAt(file, ['packages'])];
    const parsed = readVersionFile({
      path,
      ...(pattern === undefined ? {} : { pattern: '{version}' }),
      ...(packages === undefined ? {} : { packages: [] }),
    });
    if (parsed.is === 'ok') return [];
    const wanted = `a pattern, or one of the names ${known}; packages only for a Cargo.lock without a pattern`;
    return [{ path: ['versionFiles', index], found: `a file that ${parsed.reason}`, wanted, at: 'key' }];
  });
}

function readVersionFile(file: {
  readonly path: string;
  readonly pattern?: string | undefined;
  readonly packages?: readonly string[] | undefined;
}): Parsed<VersionFile> {
  const { path, pattern, packages } = file;
  const found = versionFileFor(path);
  if (packages !== undefined && (found?.kind !== 'cargo-lock' || pattern !== undefined))
    return refuse('has packages and is no Cargo.lock without a pattern');
  if (pattern !== undefined) return accept({ path, kind: 'pattern', pattern });
  if (found === undefined) return refuse('has a name that does not tell where its version stands');
  return accept(found.kind === 'cargo-lock' ? { ...found, packages } : found);
}
