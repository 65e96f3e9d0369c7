import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Changelog, LinkDefinition } from './changelog.ts';
import { unreleasedOf } from './changelog.ts';
import { readRepositoryLink, repositoryLinks, versionOfRef } from './compare-link.ts';
import { foldLabel } from './lint-links.ts';
import type { LineEdit } from './text-lines.ts';

export interface NewLink {
  readonly source: string;
  readonly version: Version;
  /** The highest version below; undefined for the first release. */
  readonly previous: Version | undefined;
  /** The lowest version above; undefined for the highest. */
  readonly next: Version | undefined;
}

/** What the link list needs for a new section: its own compare or tag link, and `Unreleased` beginning at it. */
export function linkEdits(changelog: Changelog, link: NewLink): readonly LineEdit[] {
  const forge = repositoryLinks(
    link.source,
    changelog.links.map(({ url }) => url),
  );
  const tag = releaseTagOf(link.version);
  const url = link.previous === undefined ? forge.tag(tag) : forge.compare(releaseTagOf(link.previous), tag);
  const target = unreleasedTarget(changelog);
  const fresh = link.next === undefined ? forge.compare(tag, target) : undefined;
  const own = findLink(changelog, formatVersion(link.version));
  const unreleased = findLink(changelog, 'unreleased');
  const definition = `[${formatVersion(link.version)}]: ${url}`;
  const edits: LineEdit[] = fresh === undefined ? [] : headingEdits(changelog, fresh);
  if (own !== undefined) edits.push(...replaceUrl(changelog, own, url));
  if (unreleased !== undefined && fresh !== undefined) {
    const [replaced] = replaceUrl(changelog, unreleased, fresh);
    const at = unreleased.line - 1;
    const line = replaced?.insert[0] ?? changelog.lines[at]?.text ?? '';
    return [...edits, { at, remove: 1, insert: own === undefined ? [line, definition] : [line] }];
  }
  if (own !== undefined) return edits;
  const wantsUnreleased = fresh !== undefined && isReferenced(changelog);
  const insert = [...(wantsUnreleased ? [`[Unreleased]: ${fresh}`] : []), definition];
  return [...edits, insertLinks(changelog, link.version, insert)];
}

/** Above the first definition of a lower version, below the last one of a higher, or as a new list at the end. */
function insertLinks(changelog: Changelog, version: Version, insert: readonly string[]): LineEdit {
  const named = changelog.links.flatMap(({ line, label }) => {
    const other = versionOfRef(label);
    return other === undefined ? [] : [{ line, other }];
  });
  const lower = named.find(({ other }) => compareVersions(other, version) < 0);
  if (lower !== undefined) return { at: lower.line - 1, remove: 0, insert };
  const last = named.at(-1)?.line ?? findLink(changelog, 'unreleased')?.line;
  if (last !== undefined) return { at: last, remove: 0, insert };
  const { lines, footer } = changelog;
  if (footer.length > 0) return { at: lines.length - footer.length, remove: 0, insert };
  const isApart = lines.at(-1)?.text.trim() === '';
  return { at: lines.length, remove: 0, insert: isApart ? insert : ['', ...insert] };
}

/** `## [Unreleased](https://...)` keeps its form and gets the new address. */
function headingEdits(changelog: Changelog, fresh: string): LineEdit[] {
  const unreleased = unreleasedOf(changelog);
  const link = unreleased.is === 'ok' ? unreleased.value.heading?.link : undefined;
  if (unreleased.is === 'refused' || link === undefined || link === '') return [];
  const at = unreleased.value.line - 1;
  const text = changelog.lines[at]?.text ?? '';
  return [{ at, remove: 1, insert: [text.replace(`(${link})`, () => `(${fresh})`)] }];
}

function replaceUrl(changelog: Changelog, { line, url }: LinkDefinition, fresh: string): readonly LineEdit[] {
  const text = changelog.lines[line - 1]?.text ?? '';
  const from = text.indexOf(url, text.indexOf(']:'));
  if (url === fresh || from === -1) return [];
  return [{ at: line - 1, remove: 1, insert: [text.slice(0, from) + fresh + text.slice(from + url.length)] }];
}

/** What the Unreleased link is compared with: as the file says, or `HEAD`. */
function unreleasedTarget(changelog: Changelog): string {
  const section = unreleasedOf(changelog);
  const inline = section.is === 'ok' ? section.value.heading?.link : undefined;
  const link = readRepositoryLink(inline ?? findLink(changelog, 'unreleased')?.url ?? '');
  return link?.kind === 'compare' && versionOfRef(link.to) === undefined ? link.to : 'HEAD';
}

/** Whether the heading of what is unreleased is in brackets and wants a definition. */
function isReferenced(changelog: Changelog): boolean {
  const section = unreleasedOf(changelog);
  if (section.is === 'refused') return false;
  const { heading } = section.value;
  return heading?.isBracketed === true && heading.link === undefined && foldLabel(heading.written) === 'unreleased';
}

function findLink(changelog: Changelog, label: string): LinkDefinition | undefined {
  return changelog.links.find((link) => foldLabel(link.label) === label.toLowerCase());
}
