import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import { isEvidenceName } from './evidence-name.ts';
import type { Version } from './version.ts';
import { formatVersion, parseVersion, releaseClassOf } from './version.ts';

/**
 * What a git tag says by its name: a release (`v1.2.3`, `v1.2.3-rc.1`), a withdrawal (`withdrawn/v1.2.3/1`), its
 * undoing (`restored/v1.2.3/1`), a checkpoint (`checkpoint/1`), evidence about a release (`evidence/staging/v1.2.3-rc.1/1`).
 */
export type TagName =
  | { readonly kind: 'release'; readonly version: Version }
  | { readonly kind: 'withdrawn'; readonly version: Version; readonly number: number }
  | { readonly kind: 'restored'; readonly version: Version; readonly number: number }
  | { readonly kind: 'checkpoint'; readonly number: number }
  | { readonly kind: 'evidence'; readonly evidence: string; readonly version: Version; readonly number: number };

/** Reads the name of a tag (without `refs/tags/`). Everything that is no decision of Cutwater is refused with the reason. */
export function parseTagName(name: string): Parsed<TagName> {
  if (name.startsWith('checkpoint/')) {
    const number = parseNumber(name.slice('checkpoint/'.length));
    return number === undefined ? refuse('is not checkpoint/N') : accept({ kind: 'checkpoint', number });
  }
  for (const kind of ['withdrawn', 'restored'] as const) {
    if (!name.startsWith(`${kind}/`)) continue;
    const [tag = '', count = '', ...more] = name.slice(kind.length + 1).split('/');
    const number = parseNumber(count);
    const release = parseReleaseTag(tag);
    if (release.is === 'refused' || number === undefined || more.length > 0) return refuse(`is not ${kind}/vX.Y.Z/N`);
    return accept({ kind, version: release.value, number });
  }
  if (name.startsWith('evidence/')) return parseEvidenceTag(name);
  const release = parseReleaseTag(name);
  return release.is === 'ok' ? accept({ kind: 'release', version: release.value }) : release;
}

export function formatTagName(name: TagName): string {
  switch (name.kind) {
    case 'release':
      return `v${formatVersion(name.version)}`;
    case 'withdrawn':
    case 'restored':
      return `${name.kind}/v${formatVersion(name.version)}/${name.number}`;
    case 'checkpoint':
      return `checkpoint/${name.number}`;
    case 'evidence':
      return `evidence/${name.evidence}/v${formatVersion(name.version)}/${name.number}`;
  }
}

/** The git tag of a version: `v1.2.3`. */
export function releaseTagOf(version: Version): string {
  return formatTagName({ kind: 'release', version });
}

/** An image tag has to hold all of it; no name that anyone needs is longer. */
const evidenceTagLimit = 110;

function parseEvidenceTag(name: string): Parsed<TagName> {
  const [, evidence = '', tag = '', count = '', ...more] = name.split('/');
  const number = parseNumber(count);
  const release = parseReleaseTag(tag);
  if (!isEvidenceName(evidence) || release.is === 'refused' || number === undefined || more.length > 0)
    return refuse('is not evidence/NAME/vX.Y.Z/N');
  if (name.length > evidenceTagLimit) return refuse(`is longer than ${evidenceTagLimit} characters`);
  return accept({ kind: 'evidence', evidence, version: release.value, number });
}

function parseReleaseTag(name: string): Parsed<Version> {
  if (!name.startsWith('v')) {
    const bare = parseVersion(name);
    if (bare.is === 'ok') return refuse('has no "v" before the version');
    return refuse(/^V\d/.test(name) ? 'begins with "V", "v" is wanted' : 'is not "v" and a version');
  }
  const parsed = parseVersion(name.slice(1));
  if (parsed.is === 'refused') return parsed;
  if (releaseClassOf(parsed.value) === 'prerelease')
    return refuse('is a prerelease that is no release candidate; X.Y.Z-rc.N with N from 1 is wanted');
  return parsed;
}

function parseNumber(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
