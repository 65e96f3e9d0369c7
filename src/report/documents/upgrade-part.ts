import { formatVersion } from '../../domain/version.ts';
import type { UpgradeRisk } from '../../documents/upgrade-risk.ts';

/** What an operator must know before upgrading. */
export interface UpgradeNotes {
  readonly isCandidate: boolean;
  readonly risk: UpgradeRisk;
  readonly changelog: LinkedFile;
  /** Undefined where the project keeps no upgrading guide. */
  readonly guide: LinkedFile | undefined;
}

export interface LinkedFile {
  readonly name: string;
  /** Undefined where nobody knows where the source can be read. */
  readonly url: string | undefined;
}

/** The part of the release notes that an operator reads first, as paragraphs of Markdown. */
export function upgradePart({ isCandidate, risk, changelog, guide }: UpgradeNotes): readonly string[] {
  const { says, read } = riskTexts[risk.class];
  const because = risk.because.length === 0 ? '' : ` ${capitalized(risk.because.join(', '))}.`;
  const previous = risk.previous === undefined ? '' : ` after ${formatVersion(risk.previous)}`;
  const links = [
    `Changelog: ${linked(changelog)}`,
    ...(guide === undefined ? [] : [`Upgrading guide: ${linked(guide)}`]),
    ...(risk.class === 'first-release' ? [] : [`Way back: ${wayBackTexts[risk.wayBack ?? 'unknown']}`]),
  ];
  return [
    '## Before you upgrade',
    ...(isCandidate ? ['This is a release candidate, for testing only.'] : []),
    `**${says}**${previous}.${because} ${read}`,
    links.map((link) => `- ${link}`).join('\n'),
  ];
}

const readBoth = 'Read the changelog and the upgrading guide of every version in between first.';

const riskTexts: Readonly<Record<UpgradeRisk['class'], { readonly says: string; readonly read: string }>> = {
  'first-release': { says: 'The first release', read: 'There is nothing to upgrade from.' },
  safe: { says: 'Safe to apply', read: 'It holds fixes and safe additions only.' },
  additions: { says: 'Compatible additions', read: 'Nothing has to be done.' },
  'may-need-action': { says: 'May need action', read: readBoth },
  'needs-action': { says: 'Needs action', read: readBoth },
};

const wayBackTexts = {
  binary: 'binary. The version before can simply be started again.',
  restore: 'restore. The backup must be restored before the version before can run.',
  unknown: 'not declared. Take a backup first.',
} as const;

/** Paths come from the policy: a bracket in one would end the link. */
function linked({ name, url }: LinkedFile): string {
  const text = name.replaceAll(/[\\[\]`*_<>]/g, (character) => `\\${character}`);
  return url === undefined ? text : `[${text}](${url.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
