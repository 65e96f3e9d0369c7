import type { Policy } from '../../policy/policy.ts';
import { binaries } from './binaries.ts';
import { candidate } from './candidate.ts';
import { channels } from './channels.ts';
import type { Chapter } from './document.ts';
import { evidence } from './evidence.ts';
import { forgeChecks } from './forge-checks.ts';
import { hotfix } from './hotfix.ts';
import { code, prose } from './inline.ts';
import { introduction, overview } from './overview.ts';
import { emptyNotes, openingMark } from './notes.ts';
import { renderBlocks, renderChapters } from './render-document.ts';
import { rollback } from './rollback.ts';
import { signing } from './signing.ts';
import { stable } from './stable.ts';
import { verification } from './verification.ts';
import { versions } from './versions.ts';

/**
 * The release process of a project as a page a new maintainer could follow by hand, Markdown. The same policy gives the
 * same text. `notes` is what people wrote between the marks, as `notesOf` reads it; it stays byte for byte.
 */
export function processDocument(policy: Policy, notes: string = emptyNotes): string {
  const head = [
    openingMark,
    prose`# Release process of ${policy.project}`.markdown,
    ...renderBlocks(introduction(policy)),
  ];
  const tail = ['## Notes', ...renderBlocks([{ kind: 'paragraph', text: hint }])];
  return `${head.join('\n\n')}\n\n${renderChapters(chaptersOf(policy))}\n${tail.join('\n\n')}\n\n${notes}\n`;
}

const hint = prose`What the maintainers of this project know besides. Written by hand; ${code('cutwater docs write')}
  keeps what stands between the two marks in the source of this page.`;

function chaptersOf(policy: Policy): readonly Chapter[] {
  return [
    overview(policy),
    versions(policy),
    channels(policy),
    candidate(policy),
    stable(policy),
    hotfix(policy),
    rollback(policy),
    ...forgeChecks(policy),
    ...evidence(policy),
    signing(policy),
    ...binaries(policy),
    verification(policy),
  ];
}
