import { escapeText } from '../../domain/quote.ts';
import type { PlannedHotfix } from '../../engine/hotfix/hotfix-diff.ts';
import { describeHotfix } from '../../engine/hotfix/hotfix-diff.ts';
import type { Terminal } from './terminal.ts';
import { paint } from './terminal.ts';

const filesShown = 10;

/** What a hotfix changes, for the plan; nothing for any other release. */
export function renderHotfix(hotfix: PlannedHotfix | undefined, terminal: Terminal): readonly string[] {
  if (hotfix === undefined) return [];
  const { files, excesses, reason } = hotfix;
  const listed = files.slice(0, filesShown).map(({ path, lines }) => `  ${lines} lines in ${escapeText(path)}`);
  const more = files.length > filesShown ? [`  and ${files.length - filesShown} more (see --json)`] : [];
  const excess = excesses.map((one) => `  ${paint(terminal, 'yellow', '!')} it ${escapeText(one, 500)}`);
  const because = reason === undefined ? [] : [`  reason in the tag: ${escapeText(reason, 500)}`];
  return ['', paint(terminal, 'bold', `Hotfix: ${describeHotfix(hotfix)}`), ...listed, ...more, ...excess, ...because];
}
