import { searchRegexp } from '../../domain/regexp-search.ts';
import { coversRef } from '../../domain/tag-rule-pattern.ts';
import type { ForbiddenTagAct, TagPattern, TagRules } from '../../ports/forge-settings.ts';
import { quote } from '../../domain/quote.ts';
import type { ForgeAdvice } from '../../report/forge-advice/forge-advice.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';

/** What the names of tags that Cutwater believes begin with, with one tag of each kind. */
const decisions = [
  { prefix: 'v', sample: 'v1.2.3' },
  { prefix: 'withdrawn/', sample: 'withdrawn/v1.2.3/1' },
  { prefix: 'restored/', sample: 'restored/v1.2.3/1' },
  { prefix: 'checkpoint/', sample: 'checkpoint/1' },
  { prefix: 'evidence/', sample: 'evidence/staging/v1.2.3-rc.1/1' },
] as const;

const name = 'tag rules';

/** Whether the forge keeps those who may push, but are on no list, from making, moving and deleting tags that decide. */
export function judgeTagRules(rules: TagRules, advice: ForgeAdvice): readonly Check[] {
  const open = (act: ForbiddenTagAct): readonly string[] =>
    decisions.filter(({ sample }) => !isForbidden(rules, sample, act)).map(({ prefix }) => prefix);
  const acts = { creation: open('creation'), update: open('update'), deletion: open('deletion') };
  const checks = [
    ...unreadable(rules, advice),
    ...locked(rules, advice),
    ...(advice.restrictCreation === undefined ? openTags(acts, advice) : changeableTags(acts, advice)),
  ];
  return checks.length > 0 ? checks : [passed(name, 'only those on a list of the forge can make, move or delete tags')];
}

type OpenTags = Readonly<Record<ForbiddenTagAct, readonly string[]>>;

/** Where one rule forbids all of it. */
function openTags(open: OpenTags, advice: ForgeAdvice): readonly Check[] {
  const acts = (['creation', 'update', 'deletion'] as const).filter((act) => open[act].length > 0);
  const prefixes = decisions
    .map(({ prefix }) => prefix)
    .filter((prefix) => acts.some((act) => open[act].includes(prefix)));
  if (prefixes.length === 0) return [];
  const patterns = prefixes.map((prefix) => advice.pattern(prefix)).join(', ');
  const able = acts
    .map((act) => verbs[act])
    .join(', ')
    .replace(/, (\w+)$/, ' and $1');
  return [
    note(
      `whoever may push can ${able} ${patterns}; releases are judged by what those tags say, and each starts a run: ${advice.protectTags(prefixes)}`,
    ),
  ];
}

const verbs = { creation: 'make', update: 'move', deletion: 'delete' } as const;

/** Where one rule can let tags be made and yet keep them as they are. */
function changeableTags({ creation, update, deletion }: OpenTags, advice: ForgeAdvice): readonly Check[] {
  const changeable = [...new Set([...update, ...deletion])];
  const list = (prefixes: readonly string[]): string => prefixes.map((prefix) => advice.pattern(prefix)).join(', ');
  return [
    ...(changeable.length === 0
      ? []
      : [
          note(
            `whoever may push can move or delete ${list(changeable)}, and releases are judged by what those tags say; ${advice.protectTags(changeable)}`,
          ),
        ]),
    ...(creation.length === 0
      ? []
      : [
          note(
            `whoever may push, workflows included, can make ${list(creation)}; only signed ones count, but each starts a run: ${advice.restrictCreation ?? ''}`,
          ),
        ]),
  ];
}

function unreadable({ rules }: TagRules, { showTagRules }: ForgeAdvice): readonly Check[] {
  const unread = rules.filter((rule) => decisions.some(({ sample }) => covers(rule.covers, sample) === undefined));
  if (unread.length === 0) return [];
  const names = unread.map((rule) => quote(rule.name)).join(', ');
  return [note(`could not tell which tags the pattern of ${names} covers; ${showTagRules}`)];
}

/** A list with nobody on it keeps maintainers out, too. */
function locked(rules: TagRules, advice: ForgeAdvice): readonly Check[] {
  const nobody = decisions.filter(({ sample }) => {
    const covering = rules.rules.filter((rule) => covers(rule.covers, sample) !== false);
    const binds = covering.map(({ bindsAll, forbids }) => bindsAll === true && forbids.includes('creation'));
    return rules.several === 'each-binds' ? binds.includes(true) : binds.length > 0 && !binds.includes(false);
  });
  if (nobody.length === 0) return [];
  const patterns = nobody.map(({ prefix }) => advice.pattern(prefix)).join(', ');
  return [failed(name, `nobody at all can make ${patterns}; ${advice.nameMaintainers}`)];
}

/** A rule of which nobody knows what it covers forbids nothing. */
function isForbidden({ several, rules }: TagRules, tag: string, act: ForbiddenTagAct): boolean {
  const covering = rules.filter((rule) => covers(rule.covers, tag) !== false);
  const forbidding = covering.filter((rule) => covers(rule.covers, tag) === true && rule.forbids.includes(act));
  return several === 'each-binds'
    ? forbidding.length > 0
    : forbidding.length > 0 && forbidding.length === covering.length;
}

function covers(pattern: TagPattern, tag: string): boolean | undefined {
  if (pattern.is === 'regexp') return searchRegexp(pattern.source, tag);
  const ref = `refs/tags/${tag}`;
  return pattern.include.some((one) => coversRef(one, ref)) && !pattern.exclude.some((one) => coversRef(one, ref));
}

function note(says: string): Check {
  return { name, is: 'warning', says };
}
