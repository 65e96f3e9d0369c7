import { formatPlatform, parsePlatform } from '../domain/platform.ts';
import { quote } from '../domain/quote.ts';
import { trivyWithoutDigest } from './trivy-pin-schema.ts';
import { checksWithoutForge, gatesNamedAsChecks } from './checks-schema.ts';
import { forgeWithoutPlace } from './forge-schema.ts';
import { binaryChecks } from './binary-checks.ts';
import { imageChecks, repositoryOf } from './image-checks.ts';
import { reportChecks } from './gate-checks.ts';
import { versionFileChecks } from './prepare-schema.ts';
import { matchesGlob } from './glob.ts';
import { nearestName } from './nearest-name.ts';
import { parseOpenpgpFingerprint } from './openpgp-fingerprint.ts';
import type { PolicyProblem, ProblemPath } from './policy-problem.ts';
import { formatProblemPath } from './policy-problem.ts';
import { parsePathPattern } from './repository-path.ts';
import { valueAt } from './schema-problems.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';

/**
 * The rules between fields. They look at the data as it was written and pass over what the schema refuses anyway, so
 * that one wrong field never hides another problem.
 */
export function crossCheck(data: unknown): readonly PolicyProblem[] {
  return [
    ...repeatedNames(data),
    ...unclearChoices(data),
    ...branchOutsideReleases(data),
    ...keysOfFormatsNotAllowed(data),
    ...keysOfTwoRoles(data),
    ...binaryChecks(data),
    ...gatePlaceholders(data),
    ...reportChecks(data),
    ...versionFileChecks(data),
    ...buildInputsLeftOut(data),
    ...recordedScanWithoutReport(data),
    ...imageChecks(data),
    ...forgeWithoutPlace(data),
    ...checksWithoutForge(data),
    ...gatesNamedAsChecks(data),
    ...trivyWithoutDigest(data),
  ];
}

interface Found {
  readonly path: ProblemPath;
  readonly value: unknown;
}

function repeatedNames(data: unknown): readonly PolicyProblem[] {
  const lists: readonly (readonly [ProblemPath, (text: string, path: ProblemPath) => string])[] = [
    [['gates', '*', 'name'], (text) => text],
    [['announce', '*', 'name'], (text) => text],
    [['evidence', '*', 'name'], (text) => text],
    [['trust', 'maintainers', '*', 'name'], (text) => text],
    [['trust', 'maintainers', '*', 'openpgp', 'fingerprint'], fingerprintOf],
    [['trust', 'maintainers', '*', 'ssh'], sshKeyOf],
    [['trust', 'ci', '*', 'name'], (text) => text],
    [['trust', 'ci', '*', 'keyFile'], (text) => text],
    [['sbom', 'also', '*', 'tool'], (text) => text],
    [['images', '*', 'platforms', '*'], (text, path) => perImage(platformOf(text), path)],
    [['images', '*', 'mirrors', '*'], repositoryOf],
    [['images', '*', 'build', 'assemble', 'files', '*', 'to'], perImage],
    [['images', '*', 'lockFiles', '*'], perImage],
  ];
  return lists.flatMap(([pattern, identityOf]) => {
    const seen = new Map<string, ProblemPath>();
    return textsAt(data, pattern).flatMap(({ path, value }) => {
      const identity = identityOf(value, path);
      const before = seen.get(identity);
      if (before === undefined) seen.set(identity, path);
      if (before === undefined) return [];
      return [
        { path, found: `${quote(value)}, which ${formatProblemPath(before)} is already`, wanted: 'each only once' },
      ];
    });
  });
}

/** What is the same in two images is no repetition. */
function perImage(text: string, [, image]: ProblemPath): string {
  return `${String(image)} ${text}`;
}

function platformOf(text: string): string {
  const parsed = parsePlatform(text);
  return parsed.is === 'ok' ? formatPlatform(parsed.value) : text;
}

function unclearChoices(data: unknown): readonly PolicyProblem[] {
  const choices: readonly (readonly [ProblemPath, string, string])[] = [
    [['images', '*', 'build'], 'dockerfile', 'assemble'],
    [['trust', 'maintainers', '*'], 'openpgp', 'ssh'],
    [['trust', 'ci', '*'], 'keyFile', 'keyless'],
  ];
  const problems = choices.flatMap(([pattern, left, right]) =>
    collect(data, pattern).flatMap(({ path, value }): readonly PolicyProblem[] => {
      if (!isMapping(value)) return [];
      const there = [left, right].filter((name) => Object.hasOwn(value, name));
      if (there.length === 1) return [];
      const found = there.length === 2 ? `both ${left} and ${right}` : `neither ${left} nor ${right}`;
      return [{ path, found, wanted: 'exactly one of them', at: 'key' }];
    }),
  );
  const companions = ['context', 'builder', 'target', 'args'].flatMap((name) =>
    collect(data, ['images', '*', 'build', name]).map(({ path }) => ({ name, path })),
  );
  const strays = companions.filter(({ path }) => valueAt(data, [...path.slice(0, -1), 'dockerfile']) === undefined);
  return [
    ...problems,
    ...strays.map(({ name, path }): PolicyProblem => ({
      path,
      found: `"${name}"`,
      wanted: 'it only beside dockerfile',
      at: 'key',
    })),
  ];
}

function branchOutsideReleases(data: unknown): readonly PolicyProblem[] {
  const branch = valueAt(data, ['git', 'branch']) ?? 'main';
  const patterns = textsAt(data, ['git', 'releaseBranches', '*']);
  if (typeof branch !== 'string' || patterns.length === 0) return [];
  if (patterns.some(({ value }) => matchesGlob(value, branch))) return [];
  const found = patterns.map(({ value }) => quote(value)).join(', ');
  return [
    { path: ['git', 'releaseBranches'], found, wanted: `a list that contains the protected branch ${quote(branch)}` },
  ];
}

function keysOfFormatsNotAllowed(data: unknown): readonly PolicyProblem[] {
  const given = valueAt(data, ['signatures', 'formats']);
  const formats = Array.isArray(given) ? given.map(String) : given === undefined ? ['openpgp'] : undefined;
  if (formats === undefined) return [];
  return collect(data, ['trust', 'maintainers', '*']).flatMap(({ path, value }): readonly PolicyProblem[] => {
    if (!isMapping(value) || valueAt(value, ['revoked']) === true) return [];
    const kind = ['openpgp', 'ssh'].find((name) => Object.hasOwn(value, name) && !formats.includes(name));
    if (kind === undefined) return [];
    const wanted = `a key of a format in signatures.formats (${formats.map(quote).join(', ')}), or "${kind}" added there`;
    return [{ path: [...path, kind], found: `a key of the format "${kind}"`, wanted, at: 'key' }];
  });
}

function keysOfTwoRoles(data: unknown): readonly PolicyProblem[] {
  const maintainers = textsAt(data, ['trust', 'maintainers', '*', 'openpgp', 'keyFile']);
  return textsAt(data, ['trust', 'ci', '*', 'keyFile']).flatMap(({ path, value }) => {
    const same = maintainers.find((maintainer) => maintainer.value === value);
    if (same === undefined) return [];
    const found = `${quote(value)}, which ${formatProblemPath(same.path)} is too`;
    return [{ path, found, wanted: "a key of its own: a maintainer's key never signs for CI" }];
  });
}

// Other braces are left alone: they may belong to the program that is called.
function gatePlaceholders(data: unknown): readonly PolicyProblem[] {
  const words = [...textsAt(data, ['gates', '*', 'command']), ...textsAt(data, ['gates', '*', 'command', '*'])];
  return words.flatMap(({ path, value }): readonly PolicyProblem[] => {
    const on = valueAt(data, ['gates', path[1] ?? 0, 'on']) ?? 'source';
    if (on === 'source' && value.includes('{image}'))
      return [
        {
          path,
          found: '{image} in a gate on source',
          wanted: 'a gate with "on: candidate": before the build there is no image',
        },
      ];
    const near = [...value.matchAll(/\{([A-Za-z]{3,10})\}/g)]
      .map(([, name = '']) => name)
      .find((name) => name !== 'image' && nearestName(name, ['image']) !== undefined);
    return near === undefined ? [] : [{ path, found: `"{${near}}"`, wanted: '{image}' }];
  });
}

function buildInputsLeftOut(data: unknown): readonly PolicyProblem[] {
  const inputs = [
    { path: [], value: 'cutwater.yaml' },
    ...textsAt(data, ['images', '*', 'build', 'dockerfile']),
    ...textsAt(data, ['images', '*', 'build', 'assemble', 'files', '*', 'from']),
    ...textsAt(data, ['lockFiles', '*']),
    ...textsAt(data, ['images', '*', 'lockFiles', '*']),
  ];
  return textsAt(data, ['notBuildInput', '*']).flatMap(({ path, value }) => {
    if (parsePathPattern(value).is === 'refused') return [];
    const input = inputs.find((candidate) => matchesGlob(value, candidate.value));
    if (input === undefined) return [];
    return [
      {
        path,
        found: `${quote(value)}, which matches ${quote(input.value)}`,
        wanted: 'only files that the build does not read',
      },
    ];
  });
}

function recordedScanWithoutReport(data: unknown): readonly PolicyProblem[] {
  const recorded = valueAt(data, ['scan', 'tool']) === 'recorded';
  const named = valueAt(data, ['scan', 'report']) !== undefined;
  if (recorded === named) return [];
  return recorded
    ? [{ path: ['scan', 'tool'], found: '"recorded" without a report', wanted: 'report: the path of it' }]
    : [{ path: ['scan', 'report'], found: 'a report', wanted: 'it only with "tool: recorded"', at: 'key' }];
}

function textsAt(
  data: unknown,
  pattern: ProblemPath,
): readonly { readonly path: ProblemPath; readonly value: string }[] {
  return collect(data, pattern).flatMap(({ path, value }) => (typeof value === 'string' ? [{ path, value }] : []));
}

/** Everything at a path in which `*` stands for every position of a list. */
function collect(data: unknown, pattern: ProblemPath): readonly Found[] {
  return pattern.reduce<readonly Found[]>(
    (places, part) =>
      places.flatMap(({ path, value }): readonly Found[] => {
        if (part !== '*') {
          const inner = valueAt(value, [part]);
          return inner === undefined ? [] : [{ path: [...path, part], value: inner }];
        }
        return Array.isArray(value)
          ? value.map((item: unknown, index) => ({ path: [...path, index], value: item }))
          : [];
      }),
    [{ path: [], value: data }],
  );
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fingerprintOf(text: string): string {
  const parsed = parseOpenpgpFingerprint(text);
  return parsed.is === 'ok' ? parsed.value : text;
}

function sshKeyOf(text: string): string {
  const parsed = parseSshPublicKey(text);
  return parsed.is === 'ok' ? parsed.value : text;
}
