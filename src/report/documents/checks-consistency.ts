import { quote } from '../../domain/quote.ts';
import type { SignedEvidence } from '../../domain/release-checks.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { parseTagName } from '../../domain/tag-name.ts';
import { coreVersion, formatVersion } from '../../domain/version.ts';
import { firstFault } from './json-check.ts';

/** Where gates and evidence of a release statement do not fit the release; undefined where all do. */
export function faultInChecks(release: ReleasePredicate): string | undefined {
  return (
    repeated(
      'predicate.gates',
      release.gates.map(({ name, on }) => `${name} on ${on}`),
    ) ??
    repeated(
      'predicate.evidence',
      release.evidence.map(({ name }) => name),
    ) ??
    faultInGates(release) ??
    faultInEvidence(release)
  );
}

function faultInGates({ gates, image }: ReleasePredicate): string | undefined {
  return firstFault(gates, (gate) => {
    if (gate.outcome === 'not-required') return undefined;
    const wanted = gate.on === 'source' ? null : image.index;
    if (gate.image !== wanted)
      return `gate ${quote(gate.name)} ran on ${gate.image ?? 'no image'}, ${wanted ?? 'none'} is wanted`;
    // Both have one length and end in "Z", so the order of the texts is that of the times.
    return gate.finishedAt < gate.startedAt ? `gate ${quote(gate.name)} ended before it began` : undefined;
  });
}

function faultInEvidence({ evidence, version, image }: ReleasePredicate): string | undefined {
  return firstFault(evidence, (piece) => {
    if (piece.outcome === 'not-required') return undefined;
    const name = `evidence ${quote(piece.name)}`;
    if (!isNamedSo(piece)) return `${name} for ${quote(piece.version)} is tag ${quote(piece.tag.name)}`;
    const own = piece.version === version;
    if (!own && coreOf(piece) !== version) return `${name} is about ${quote(piece.version)}`;
    if (piece.image === null) return own ? undefined : `${name} names no image, and is about ${quote(piece.version)}`;
    return piece.image === image.index ? undefined : `${name} is about image ${piece.image}`;
  });
}

function isNamedSo({ name, version, tag }: SignedEvidence): boolean {
  const parsed = parseTagName(tag.name);
  return (
    parsed.is === 'ok' &&
    parsed.value.kind === 'evidence' &&
    parsed.value.evidence === name &&
    formatVersion(parsed.value.version) === version
  );
}

function coreOf({ tag }: SignedEvidence): string | undefined {
  const parsed = parseTagName(tag.name);
  return parsed.is === 'ok' && parsed.value.kind === 'evidence'
    ? formatVersion(coreVersion(parsed.value.version))
    : undefined;
}

function repeated(at: string, values: readonly string[]): string | undefined {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  return twice === undefined ? undefined : `${at} has ${quote(twice)} twice`;
}
