import { digestOf } from '../../src/domain/digest.ts';
import type { Version } from '../../src/domain/version.ts';
import { formatVersion, readVersion } from '../../src/domain/version.ts';
import type { WithdrawalDecision } from '../../src/estate/decisions.ts';
import { aliasTarget, judgeAlias } from '../../src/estate/judge-alias.ts';
import type { AliasFacts } from '../../src/estate/judge-alias.ts';
import { objectId } from '../../src/domain/object-id.ts';
import type { Model } from './explore.ts';

/** Index into the list of versions; -1 is nothing. */
type Index = number;

/**
 * One run of the program. A `publish` or `withdraw` comes first, then rounds of: read the decisions, read the statements,
 * look at the alias and judge, look again, put. A naive run publishes and puts.
 */
export interface Actor {
  readonly does: 'release' | 'naive-release' | 'withdraw' | 'reconcile';
  readonly version: Index;
  readonly at: 'start' | 'decisions' | 'statements' | 'judge' | 'observe' | 'put' | 'done' | 'crashed' | 'refused';
  /** What it has read, as bit sets. */
  readonly withdrawn: number;
  readonly committed: number;
  readonly from: Index;
  readonly to: Index;
  /** What the alias pointed at when the last judgement was a refusal. */
  readonly refused: Index;
}

export interface World {
  readonly committed: number;
  readonly withdrawn: number;
  readonly alias: Index;
  readonly crashes: number;
  readonly actors: readonly Actor[];
}

export interface Scenario {
  /** Lowest first. */
  readonly versions: readonly string[];
  readonly published: readonly Index[];
  readonly alias: Index;
  readonly actors: readonly Pick<Actor, 'does' | 'version'>[];
  readonly crashes: number;
}

/** The model of a scenario; the judging is the program's own `judgeAlias`. */
export function releaserModel(scenario: Scenario): Model<World> {
  const judge = judgeOf(scenario);
  const initial: World = {
    committed: bits(scenario.published),
    withdrawn: 0,
    alias: scenario.alias,
    crashes: scenario.crashes,
    actors: scenario.actors.map(({ does, version }) => idle(does, version)),
  };
  return {
    initial,
    keyOf,
    next: (world) =>
      world.actors.flatMap((actor, index) => {
        if (isEnded(actor)) return [];
        const steps = [step(world, actor, index, judge)];
        if (world.crashes > 0)
          steps.push(replace({ ...world, crashes: world.crashes - 1 }, index, { ...actor, at: 'crashed' }));
        return steps;
      }),
  };
}

/** What one more undisturbed reconcile makes of a state. */
export function reconciled(world: World, scenario: Scenario): World {
  const judge = judgeOf(scenario);
  let state: World = { ...world, actors: [idle('reconcile', -1)] };
  for (let [actor] = state.actors; actor !== undefined && !isEnded(actor); [actor] = state.actors)
    state = step(state, actor, 0, judge);
  return state;
}

/** Where the alias should be: the highest committed version that is not withdrawn. */
export function rightAlias(world: World, scenario: Scenario): Index {
  return judgeOf(scenario)(world.committed, world.withdrawn, -1).target;
}

interface Judged {
  readonly is: 'settled' | 'put' | 'refused';
  readonly target: Index;
}

type Judge = (committed: number, withdrawn: number, current: Index) => Judged;

const judges = new WeakMap<Scenario, Judge>();

function judgeOf(scenario: Scenario): Judge {
  const judge = judges.get(scenario) ?? judgeWith(scenario.versions.map(readVersion));
  judges.set(scenario, judge);
  return judge;
}

function judgeWith(versions: readonly Version[]): Judge {
  const known: Judged[] = [];
  return (committed, withdrawn, current) =>
    (known[(committed << 8) | (withdrawn << 3) | (current + 1)] ??= judgeFacts(
      versions,
      factsOf(versions, committed, withdrawn),
      current,
    ));
}

function judgeFacts(versions: readonly Version[], facts: AliasFacts, current: Index): Judged {
  const alias = { kind: 'latest', name: 'latest', line: undefined } as const;
  const best = aliasTarget(alias, facts);
  const target = best === undefined ? -1 : versions.indexOf(best.version);
  const version = versions[current];
  const judgement = judgeAlias(alias, version && digestOf(formatVersion(version)), facts);
  if (judgement.is === 'refused') return { is: 'refused', target };
  return { is: judgement.is === 'move' || judgement.is === 'create' ? 'put' : 'settled', target };
}

function factsOf(versions: readonly Version[], committed: number, withdrawn: number): AliasFacts {
  const all = versions.map((version) => ({ version, digest: digestOf(formatVersion(version)), platforms: [] }));
  const withdrawals = new Map<string, WithdrawalDecision>();
  for (const [index, { version, digest }] of all.entries())
    if (has(withdrawn, index))
      withdrawals.set(formatVersion(version), {
        kind: 'withdrawn',
        version,
        number: 1,
        release: objectId('0'.repeat(40)),
        digest,
        aliases: 'move',
        reason: 'model',
        useInstead: undefined,
      });
  return {
    committed: all.filter((_, index) => has(committed, index)),
    withdrawals,
    imageTags: all.filter((_, index) => has(committed, index)),
  };
}

function step(world: World, actor: Actor, index: number, judge: Judge): World {
  const go = (change: Partial<Actor>, effect: Partial<World> = {}): World =>
    replace({ ...world, ...effect }, index, { ...actor, ...change });
  switch (actor.at) {
    case 'start':
      if (actor.does === 'withdraw')
        return go({ at: 'decisions' }, { withdrawn: world.withdrawn | (1 << actor.version) });
      if (actor.does === 'reconcile') return go({ at: 'decisions' });
      return go(actor.does === 'naive-release' ? { at: 'put', to: actor.version } : { at: 'decisions' }, {
        committed: world.committed | (1 << actor.version),
      });
    case 'decisions':
      // Nobody withdraws: then when the decisions are read makes no difference, and two steps may be one.
      if (world.withdrawn === 0 && world.actors.every(({ does }) => does !== 'withdraw'))
        return go({ at: 'judge', committed: world.committed });
      return go({ at: 'statements', withdrawn: world.withdrawn });
    case 'statements':
      return go({ at: 'judge', committed: world.committed });
    case 'judge': {
      const judged = judge(actor.committed, actor.withdrawn, world.alias);
      if (judged.is === 'settled') return go({ ...forget, at: 'done' });
      // What was read may be older than the alias: a refusal counts only when a second reading finds the same.
      if (judged.is === 'refused')
        return go(
          actor.refused === world.alias
            ? { ...forget, at: 'refused' }
            : { ...forget, at: 'decisions', refused: world.alias },
        );
      return go({ at: 'observe', from: world.alias, to: judged.target });
    }
    case 'observe':
      return world.alias === actor.from ? go({ at: 'put' }) : go({ ...forget, at: 'decisions' });
    case 'put':
      return go({ ...forget, at: actor.does === 'naive-release' ? 'done' : 'decisions' }, { alias: actor.to });
    case 'done':
    case 'crashed':
    case 'refused':
      return world;
  }
}

const forget = { withdrawn: 0, committed: 0, from: -1, to: -1, refused: -1 };

function idle(does: Actor['does'], version: Index): Actor {
  return { does, version, at: 'start', ...forget };
}

// Two characters an actor: this runs a million times.
function keyOf(world: World): string {
  let key = String.fromCharCode((world.committed << 8) | (world.withdrawn << 3) | (world.alias + 1), world.crashes);
  for (const { at, withdrawn, committed, from, to, refused } of world.actors)
    key += String.fromCharCode(
      (places[at] << 10) | (withdrawn << 5) | committed,
      ((from + 1) << 6) | ((to + 1) << 3) | (refused + 1),
    );
  return key;
}

const places = { start: 0, decisions: 1, statements: 2, judge: 3, observe: 4, put: 5, done: 6, crashed: 7, refused: 8 };

function isEnded(actor: Actor): boolean {
  return actor.at === 'done' || actor.at === 'crashed' || actor.at === 'refused';
}

function replace(world: World, index: number, actor: Actor): World {
  return { ...world, actors: world.actors.with(index, actor.at === 'crashed' ? { ...actor, ...forget } : actor) };
}

function bits(indexes: readonly Index[]): number {
  return indexes.reduce((set, index) => set | (1 << index), 0);
}

function has(set: number, index: Index): boolean {
  return (set & (1 << index)) !== 0;
}
