import { CutwaterError } from '../../domain/error.ts';
import { isEvidenceName } from '../../domain/evidence-name.ts';
import type { EvidenceOutcome } from '../../domain/evidence-message.ts';
import { isEnvironmentName, parseEvidenceNote } from '../../domain/evidence-message.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { ReportVerdict } from '../../documents/judge-report.ts';
import { judgeReport } from '../../documents/judge-report.ts';
import { reportFormatOf } from '../../documents/parse-report.ts';
import type { EvidencePolicy } from '../../policy/gate-policy.ts';
import type { ValidatedRelease } from './evidence-target.ts';

/** What a person says came out. */
export interface EvidenceClaim {
  readonly name: string;
  readonly version: Version;
  /** Undefined: what the report comes to. */
  readonly outcome: EvidenceOutcome | undefined;
  readonly report: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  /** For people; may be empty. */
  readonly note: string;
  /** Where it was tested: one word. */
  readonly environment: string | undefined;
}

/** What will be signed. */
export interface EvidenceSaying {
  readonly outcome: EvidenceOutcome;
  readonly note: string;
  readonly warnings: readonly string[];
}

/**
 * What a person may sign of what was asked: a report and the result that is claimed must agree, and nobody can have
 * validated an image that is not there.
 */
export function decideSaying(
  rules: readonly EvidencePolicy[],
  request: EvidenceClaim,
  target: ValidatedRelease,
): EvidenceSaying {
  const { name, environment } = request;
  const act = `Cannot sign evidence ${quote(name)} of ${releaseTagOf(request.version)}`;
  if (!isEvidenceName(name))
    throw new CutwaterError('USAGE', `${act}: the name is not made of at most 32 lower case letters, digits and "-"`);
  if (environment !== undefined && !isEnvironmentName(environment))
    throw new CutwaterError('USAGE', `${act}: ${quote(environment)} is no name of an environment, one word is wanted`);
  const said = parseEvidenceNote(request.note);
  if (said.is === 'refused') throw new CutwaterError('USAGE', `${act}: the note ${said.reason}`);
  const report = readReport(act, request, target);
  const outcome = decideOutcome(act, request, report);
  if (outcome === 'pass') requireImage(act, { rules, request, target });
  const told = report === undefined || outcome === 'pass' ? '' : report.problems.slice(0, 5).join('\n');
  return { outcome, note: said.value === '' ? told : said.value, warnings: nameWarnings(rules, request) };
}

function readReport(
  act: string,
  { report }: EvidenceClaim,
  { commit, digest }: ValidatedRelease,
): ReportVerdict | undefined {
  if (report === undefined) return undefined;
  const file = { name: report.name, format: reportFormatOf(report.name), bytes: report.bytes };
  const verdict = judgeReport(file, { commit, image: digest });
  if (verdict.outcome !== 'unusable') return verdict;
  throw new CutwaterError('INPUT_INVALID', `${act}: the report cannot be used`, {
    details: verdict.problems,
    hint: 'Give the report of this very release, as KEY=VALUE lines or as YAML with a list "gates"',
  });
}

function decideOutcome(act: string, { outcome }: EvidenceClaim, report: ReportVerdict | undefined): EvidenceOutcome {
  const reported = report?.outcome === 'unusable' ? undefined : report?.outcome;
  if (outcome === undefined && reported === undefined)
    throw new CutwaterError('USAGE', `${act}: nothing says what came out`, {
      hint: 'Add --result pass, --result fail or --result pending, or --report FILE',
    });
  if (outcome === 'pass' && reported !== undefined && reported !== 'pass')
    throw new CutwaterError('INPUT_INVALID', `${act}: it is said to have passed, but its report says otherwise`, {
      details: report?.problems ?? [],
      hint: `Sign it as --result ${reported}, or validate again`,
    });
  return outcome ?? reported ?? 'pending';
}

/** An image that nobody has released cannot have been tested; a hotfix may be validated before it has one. */
function requireImage(
  act: string,
  given: {
    readonly rules: readonly EvidencePolicy[];
    readonly request: EvidenceClaim;
    readonly target: ValidatedRelease;
  },
): void {
  const { version, name } = given.request;
  if (given.target.digest !== undefined || releaseClassOf(version) !== 'rc') return;
  if (given.rules.some((rule) => rule.name === name && rule.requiredFor.includes('rc'))) return;
  throw new CutwaterError('NOT_PUBLISHED', `${act}: it is not published, so there is no image that can have passed`, {
    hint: `Run 'cutwater release ${formatVersion(version)}' first, then validate that image`,
  });
}

function nameWarnings(rules: readonly EvidencePolicy[], { name }: EvidenceClaim): readonly string[] {
  if (rules.some((rule) => rule.name === name)) return [];
  const known = rules.map((rule) => rule.name).join(', ');
  return [`no release waits for evidence ${quote(name)}${known === '' ? '' : `; the policy names ${known}`}`];
}
