import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import * as z from './field.ts';
import { checkedText, choice, filledText, parsedText, section } from './parsed-text.ts';
import { parseRepositoryPath } from './repository-path.ts';
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
}).transform((file, refuseIt): VersionFile => {
  const parsed = toVersionFile(file);
  if (parsed.is === 'ok') return parsed.value;
  return refuseIt({ message: 'a file with a pattern or a known name', params: { reason: parsed.reason } });
});

const namedFile = parsedText(
  {
    wanted: `a file with the name ${known}, or a mapping with path and pattern`,
    description: `Path of a file with the name ${known}.`,
    examples: ['Cargo.toml', 'frontend/package.json'],
  },
  (text) => {
    const path = parseRepositoryPath(text);
    return path.is === 'ok' ? toVersionFile({ path: path.value }) : path;
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

function toVersionFile(file: {
  readonly path: string;
  readonly pattern?: string | undefined;
  readonly packages?: readonly string[] | undefined;
}): Parsed<VersionFile> {
  const { path, pattern, packages } = file;
  const found = versionFileFor(path);
  if (packages !== undefined && found?.kind !== 'cargo-lock') return refuse('has packages but is no Cargo.lock');
  if (pattern !== undefined) return accept({ path, kind: 'pattern', pattern });
  if (found === undefined) return refuse('has a name that does not tell where its version stands');
  return accept(found.kind === 'cargo-lock' ? { ...found, packages } : found);
}
