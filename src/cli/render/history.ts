import { shortDigest } from '../../domain/digest.ts';
import { escapeText } from '../../domain/quote.ts';
import { formatVersion } from '../../domain/version.ts';
import type { AliasHistory } from '../../engine/pointers/alias-history.ts';
import type { ChannelState } from '../../engine/edge/gather-edge.ts';
import type { AliasMoment } from '../../estate/replay-alias.ts';
import { describeMoment } from '../../report/describe-moment.ts';
import { formatClaimedTime } from './claimed-time.ts';
import type { TableCell } from './table.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** The moves of an alias as a table, and below it whether the present value is what the rule says. */
export function renderHistory(history: AliasHistory, now: number, terminal: Terminal): readonly string[] {
  const rows = history.moments.map((moment): readonly TableCell[] => {
    const { event, value, moved } = moment;
    const style = moved ? 'green' : 'dim';
    return [
      formatClaimedTime(event.claimedAt, now),
      { text: value === undefined ? '-' : formatVersion(value.version), style: 'bold' },
      value === undefined ? '-' : shortDigest(value.digest),
      escapeText(event.by ?? 'unknown', 60),
      { text: describeMoment(moment), style },
    ];
  });
  const columns = [
    { title: 'time (claimed)' },
    { title: 'version' },
    { title: 'digest' },
    { title: 'by' },
    { title: 'why', shrinks: true },
  ] as const;
  return [
    ...(rows.length === 0
      ? [`Nothing was ever released for ${history.alias.name}.`]
      : renderTable(columns, rows, terminal)),
    '',
    observedText(history),
    ...history.left.map(
      ({ version, reason }) => `Left out, its statement does not count: ${version}: ${escapeText(reason, 300)}`,
    ),
    'Times are what the signers claimed; only the present value was observed.',
  ];
}

function observedText({ observed, computed, alias }: AliasHistory): string {
  const now = observed === undefined ? 'not there' : shortDigest(observed);
  if (observed === computed?.digest) return `observed now: ${now}, as computed`;
  const should =
    computed === undefined ? 'nothing' : `${formatVersion(computed.version)} (${shortDigest(computed.digest)})`;
  return `observed now: ${now}, which differs: ${should} is computed; see 'cutwater status' for ${alias.name}`;
}

/** The same as plain data; times are Unix seconds. */
export function historyJson(history: AliasHistory, now: number): Readonly<Record<string, unknown>> {
  const { alias, moments, computed, observed, left } = history;
  const valueOf = (value: AliasMoment['value']): unknown =>
    value && { version: formatVersion(value.version), digest: value.digest };
  return {
    schema: 'cutwater.history/1',
    alias: alias.name,
    moments: moments.map((moment) => ({
      claimedAt: moment.event.claimedAt,
      inFuture: moment.event.claimedAt > now,
      moved: moment.moved,
      value: valueOf(moment.value),
      event: moment.event.kind === 'decided' ? moment.event.decision.kind : moment.event.kind,
      by: moment.event.by,
      why: describeMoment(moment),
    })),
    computed: valueOf(computed),
    observed,
    agrees: observed === computed?.digest,
    left,
  };
}

type ChannelNow = Pick<ChannelState, 'name' | 'current' | 'at'>;

/** What is known of a channel without a history. */
export function channelNowText({ name, current, at }: ChannelNow, branch: string): string {
  if (current === undefined) return `${name} is not there.`;
  const what =
    at === undefined
      ? 'nobody vouches for this image'
      : `built from commit ${at.commit}${at.behind === undefined ? `, which is not in the history of ${branch}` : ''}`;
  return [
    `observed now: ${current.digest}, ${what}`,
    `Builds of ${branch} carry no time, so there is no history of ${name}: only the present value is known.`,
  ].join('\n');
}

export function channelNowJson({ name, current, at }: ChannelNow): Readonly<Record<string, unknown>> {
  return {
    schema: 'cutwater.history/1',
    alias: name,
    moments: [],
    observed: current?.digest,
    commit: at?.commit,
    behind: at?.behind,
  };
}
