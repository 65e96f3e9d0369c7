import { parseReason, trailerNames } from '../domain/release-message.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { coreVersion, releaseClassOf } from '../domain/version.ts';

/** The message of the commit that prepares a release, with the reason for a version number that the rules do not allow. */
export function formatPrepareMessage(version: Version, bumpReason: string | undefined): string {
  const body = bumpReason === undefined ? '' : `\n${trailerNames.bump}: ${bumpReason}\n`;
  return `${prepareSubject(version)}\n${body}`;
}

/** `docs: prepare release v1.2.3` */
export function prepareSubject(version: Version): string {
  return `docs: prepare release ${releaseTagOf(version)}`;
}

/**
 * The reason given for a version number: in the message of its tag, or of a commit that prepared it or one of its release
 * candidates, as it is or as a forge squashed it (`docs: prepare release v1.2.3 (#45)`).
 */
export function findBumpReason(
  version: Version,
  said: { readonly tagMessage: string | undefined; readonly commits: readonly string[] },
): string | undefined {
  const core = releaseTagOf(coreVersion(version));
  const own = said.commits.filter((message) => {
    const [subject = ''] = message.split('\n', 1);
    const [, tag = ''] = /^docs: prepare release (v[0-9a-z.-]{5,60})(?: \(#\d+\))?$/.exec(subject) ?? [];
    // A hotfix has no candidates of its own name, so a longer tag is a candidate of this very version.
    return tag === core || (tag.startsWith(`${core}-rc.`) && /^\d+$/.test(tag.slice(core.length + 4)));
  });
  const texts = [...(said.tagMessage === undefined ? [] : [said.tagMessage]), ...own];
  for (const text of texts)
    // Not as a trailer: a forge that squashes commits adds lines of its own below.
    for (const [, written = ''] of text.matchAll(/^Bump-Reason:(.*)$/gim)) {
      const reason = parseReason(written);
      if (reason.is === 'ok') return reason.value;
    }
  return undefined;
}

/** Whether a message is that of the commit which prepared exactly this version. */
export function isPrepareCommit(message: string, version: Version): boolean {
  return message.split('\n', 1)[0] === prepareSubject(version);
}

/** What the version files say in a release: a candidate says what it becomes. */
export function versionInside(version: Version): Version {
  return releaseClassOf(version) === 'stable' ? version : coreVersion(version);
}
