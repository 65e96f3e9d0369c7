import type { Announcement, AnnouncementKind } from '../../domain/announcement.ts';
import type { Digest } from '../../domain/digest.ts';
import { plainMarkdownLines } from '../../domain/markdown-text.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, releaseClassOf } from '../../domain/version.ts';
import { repositoryLinks } from '../../documents/compare-link.ts';
import type { WayBack } from '../../documents/way-back.ts';
import type { Policy } from '../../policy/policy.ts';
import { verifyCommands } from './release-notes.ts';
import { wayBackLine } from './way-back-line.ts';

export interface AnnouncementFacts {
  readonly kind: AnnouncementKind;
  readonly version: Version;
  readonly image: { readonly name: string; readonly index: Digest };
  /** Why it was withdrawn or restored; may be hostile. */
  readonly reason: string | undefined;
  readonly useInstead: { readonly version: Version; readonly index: Digest | undefined } | undefined;
  readonly wayBack: WayBack | undefined;
}

type Places = Pick<Policy, 'project' | 'source' | 'changelog' | 'upgrading' | 'trust'>;

export function announcement(facts: AnnouncementFacts, places: Places): Announcement {
  const { kind, reason, useInstead, wayBack } = facts;
  const version = formatVersion(facts.version);
  const tag = releaseTagOf(facts.version);
  const image = `${facts.image.name}@${facts.image.index}`;
  const links = linksOf(tag, places);
  const title = titleOf(facts, places.project);
  const lines = [...saidOf(facts, places), ...placesOf(tag, { places, links })];
  return {
    schema: 'cutwater.announcement/1',
    kind,
    project: places.project,
    version,
    tag,
    title,
    text: `**${title}**\n\n${reasonOf(facts)}${lines.map((line) => `- ${line}`).join('\n')}\n`,
    image,
    verify: verifyCommand(facts, places),
    links,
    ...(kind === 'released' || reason === undefined ? {} : { reason }),
    ...(kind === 'withdrawn' && useInstead !== undefined ? insteadOf(facts.image.name, useInstead) : {}),
    ...(kind === 'withdrawn' && wayBack !== undefined
      ? { wayBack: { to: formatVersion(wayBack.to), is: wayBack.is } }
      : {}),
  };
}

function insteadOf(
  name: string,
  { version, index }: NonNullable<AnnouncementFacts['useInstead']>,
): Pick<Announcement, 'useInstead' | 'insteadImage'> {
  return {
    useInstead: formatVersion(version),
    ...(index === undefined ? {} : { insteadImage: `${name}@${index}` }),
  };
}

function titleOf({ kind, version }: AnnouncementFacts, project: string): string {
  const name = `${project} ${formatVersion(version)}`;
  const candidate = releaseClassOf(version) === 'stable' ? '' : ' for testing';
  return {
    released: `${name} is released${candidate}`,
    withdrawn: `${name} is withdrawn: do not deploy it`,
    restored: `${name} is restored: it may be deployed again`,
  }[kind];
}

function reasonOf({ kind, reason }: AnnouncementFacts): string {
  if (kind === 'released' || reason === undefined) return '';
  const quoted = plainMarkdownLines(reason).map((line) => `> ${line}`.trimEnd());
  return `${quoted.join('\n')}\n\n`;
}

function saidOf(facts: AnnouncementFacts, places: Places): readonly string[] {
  const { kind, image, useInstead, wayBack } = facts;
  if (kind !== 'withdrawn') {
    return [`Pin it by its digest: \`${image.name}@${image.index}\``, `Verify it: \`${verifyCommand(facts, places)}\``];
  }
  if (useInstead === undefined) return ['There is no version to use instead yet.'];
  const pinned = useInstead.index === undefined ? '' : `: \`${image.name}@${useInstead.index}\``;
  return [
    `Use **${formatVersion(useInstead.version)}** instead${pinned}`,
    ...(wayBack === undefined ? [] : [wayBackLine(wayBack)]),
  ];
}

/** The first of the release notes; the embedded registry has no address that others could use. */
function verifyCommand({ image, version }: AnnouncementFacts, { trust }: Places): string {
  const tag = releaseTagOf(version);
  const [signer] = trust.ci;
  const [first] = verifyCommands({ image, tag, signer });
  return image.name.startsWith('embedded/') || first === undefined || signer === undefined
    ? `cutwater verify ${tag}`
    : first.command;
}

function linksOf(tag: string, { source, upgrading }: Places): Announcement['links'] {
  if (source === undefined) return {};
  const links = repositoryLinks(source);
  return { notes: links.tag(tag), ...(upgrading === undefined ? {} : { upgrading: links.file(tag, upgrading) }) };
}

/** Where the project has no address, the files are named. */
function placesOf(
  tag: string,
  { places, links }: { readonly places: Places; readonly links: Announcement['links'] },
): readonly string[] {
  return [
    `Release notes: ${links.notes ?? `\`${places.changelog}\` at ${tag}`}`,
    ...(places.upgrading === undefined
      ? []
      : [`Upgrading guide: ${links.upgrading ?? `\`${places.upgrading}\` at ${tag}`}`]),
  ];
}
