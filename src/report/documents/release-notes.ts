import type { Digest } from '../../domain/digest.ts';
import type { ReleasedBinary, ReleasedImage } from '../../domain/release-statement.ts';
import { plainMarkdown } from '../../domain/markdown-text.ts';
import type { CiPolicy } from '../../policy/policy.ts';
import { cosignOptions, verifyOptions } from './signer-options.ts';
import type { UpgradeNotes } from './upgrade-part.ts';
import { upgradePart } from './upgrade-part.ts';

export interface VerifyCommand {
  /** What it proves, one sentence without a final period. */
  readonly proves: string;
  readonly command: string;
}

export interface ReleaseNotesInput {
  /** Markdown from the tagged commit; kept as it is. */
  readonly changelogSection: string;
  /** What to do when upgrading, Markdown, or undefined. */
  readonly upgrading?: string;
  readonly upgrade: UpgradeNotes;
  /** `1.2.3`. */
  readonly version: string;
  readonly image: ReleasedImage;
  /** The further images of the release. */
  readonly companions?: readonly ReleasedImage[];
  readonly binaries: readonly Pick<ReleasedBinary, 'name' | 'image' | 'platform' | 'digest'>[];
  /** Where the image comes from, where it was not simply built from the tag's commit. */
  readonly origin?:
    | { readonly is: 'promotion'; readonly version: string; readonly buildCommit: string }
    /** The reason may be hostile. */
    | { readonly is: 'rebuild'; readonly insteadOf: string; readonly reason: string };
  readonly verifyCommands: readonly VerifyCommand[];
}

/** The text of a release in Markdown: what changed, every digest, how to pin, how to verify. */
export function releaseNotes(input: ReleaseNotesInput): string {
  const { version } = input;
  const parts = [
    input.changelogSection.trim(),
    ...upgradePart(input.upgrade),
    ...(input.upgrading === undefined ? [] : [`## Upgrading\n\n${input.upgrading.trim()}`]),
    ...imagesPart(input),
    ...originPart(input),
    ...binariesPart(input),
    ...(input.verifyCommands.length === 0 ? [] : ['## Verify', ...input.verifyCommands.map(verifyPart)]),
  ];
  return `${[`## What changed in ${version}`, ...parts].join('\n\n')}\n`;
}

function imagesPart({ image, companions = [] }: ReleaseNotesInput): readonly string[] {
  const images = [image, ...companions];
  const isOne = companions.length === 0;
  return [
    isOne ? '## Image' : '## Images',
    `Tags move; a digest does not. Pin this release by its ${isOne ? 'digest' : 'digests'}:`,
    fenced(images.map(({ name, index }) => `${name}@${index}`).join('\n')),
    ...images.flatMap(({ name, index, platforms }) => [
      ...(isOne ? [] : [code(name)]),
      table(
        ['Platform', 'Digest'],
        [['all (index)', code(index)], ...platforms.map(({ platform, digest }) => [platform, code(digest)])],
      ),
    ]),
  ];
}

/**
 * The commands an outsider needs: Cutwater's own, and the same checks with cosign, sha256sum and git. Key or trusted root
 * are files that they got on another way than the release.
 */
export function verifyCommands(release: {
  readonly image: { readonly name: string; readonly index: Digest };
  readonly companions?: readonly { readonly name: string; readonly index: Digest }[];
  readonly tag: string;
  /** Who signs; undefined where nobody is trusted to. */
  readonly signer: CiPolicy | undefined;
}): readonly VerifyCommand[] {
  const { image, companions = [], tag, signer } = release;
  const byTag = { proves: 'The tag is signed by a maintainer whose key you have', command: `git verify-tag ${tag}` };
  if (signer === undefined) return [byTag];
  const cosign = cosignOptions(signer, 'hand').shell;
  // The embedded registry has no address that others could use.
  const images = [image, ...companions].filter(({ name }) => !name.startsWith('embedded/'));
  return [
    ...images.flatMap((one): readonly VerifyCommand[] => {
      const reference = `${one.name}@${one.index}`;
      const which = one === image ? 'the image' : one.name;
      const statements = one === image ? '' : ` --statements ${image.name}`;
      return [
        {
          proves: `With Cutwater: ${which} by the signed statement of the release, its platforms, provenance and SBOMs`,
          command: `cutwater verify ${reference} ${verifyOptions(signer, 'hand').shell}${statements}`,
        },
        {
          proves: `With cosign 3.0.4 or later: the provenance of ${which}`,
          command: `cosign verify-attestation ${cosign} --type slsaprovenance1 ${reference}`,
        },
      ];
    }),
    {
      proves: 'The downloaded files are the signed ones',
      command: `cosign verify-blob ${cosign} --bundle SHA256SUMS.sigstore.json SHA256SUMS\nsha256sum --check --ignore-missing SHA256SUMS`,
    },
    byTag,
  ];
}

function originPart({ origin }: ReleaseNotesInput): readonly string[] {
  switch (origin?.is) {
    case undefined:
      return [];
    case 'promotion':
      return [
        `It is the image of ${code(origin.version)}, byte for byte, built from commit ${code(origin.buildCommit)}.`,
      ];
    case 'rebuild':
      return [
        `It was built anew instead of taking the image of ${code(origin.insteadOf)}: ${plainMarkdown(origin.reason)}`,
      ];
  }
}

function binariesPart({ binaries, image: { name: first } }: ReleaseNotesInput): readonly string[] {
  if (binaries.length === 0) return [];
  const isOne = binaries.every(({ image }) => image === undefined);
  const rows = binaries.map(({ name, image: from = first, platform, digest }) => [
    code(name),
    ...(isOne ? [] : [code(from)]),
    platform,
    code(digest),
  ]);
  return ['## Binaries', table(['File', ...(isOne ? [] : ['From']), 'Platform', 'SHA-256'], rows)];
}

function verifyPart({ proves, command }: VerifyCommand): string {
  return `${proves}:\n\n${fenced(command)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function fenced(text: string): string {
  return `\`\`\`sh\n${text}\n\`\`\``;
}
