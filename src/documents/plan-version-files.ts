import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, parseVersion } from '../domain/version.ts';
import type { VersionFile } from '../policy/version-file-policy.ts';
import type { FileTexts, Planned } from './file-plan.ts';
import { planFile, refusedPlan } from './file-plan.ts';
import { readVersionOf, setVersion } from './version-file.ts';

/** Each version file with this version in all its places; one file may be named several times, with several patterns. */
export function planVersionFiles(
  files: readonly VersionFile[],
  version: Version,
  textsOf: (path: string) => FileTexts,
): readonly Planned[] {
  return [...Map.groupBy(files, ({ path }) => path)].map(([path, entries]): Planned => {
    const texts = textsOf(path);
    if (texts.head === undefined)
      return refusedPlan(
        `the version file ${quote(path)} is not committed`,
        'Commit it, or take it out of versionFiles',
      );
    let text = texts.head;
    for (const entry of entries) {
      const edit = setVersion(entry, text, version);
      if (edit.is === 'refused')
        return refusedPlan(
          `the version file ${quote(path)} ${edit.reason}`,
          'Mend the file, or its entry in versionFiles',
        );
      if (edit.is === 'edited') text = edit.text;
    }
    const says = text === texts.head ? `says ${formatVersion(version)}` : `gets the version ${formatVersion(version)}`;
    return planFile({ path, ...texts }, { text, says });
  });
}

/** Files whose version would go down, one sentence each: that is often a version prepared on the wrong branch. */
export function loweredVersions(
  files: readonly VersionFile[],
  version: Version,
  textsOf: (path: string) => FileTexts,
): readonly string[] {
  return files.flatMap((file) => {
    const found = readVersionOf(file, textsOf(file.path).head ?? '');
    return (found.is === 'ok' ? found.value : []).flatMap(({ path, line, version: written }) => {
      const parsed = parseVersion(written);
      return parsed.is === 'ok' && compareVersions(parsed.value, version) > 0
        ? [`${quote(path)}, line ${line}: the version goes down from ${written} to ${formatVersion(version)}`]
        : [];
    });
  });
}
