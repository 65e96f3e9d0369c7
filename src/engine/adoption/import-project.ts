import type { KeyReader } from '../../ports/key-reader.ts';
import type { ReleaseList } from '../../ports/release-list.ts';
import type { PointerOutcome } from '../pointers/carry-out.ts';
import { settlePointers } from '../pointers/carry-out.ts';
import { endingKeys } from './ending-keys.ts';
import type { ImportChoices } from './import-entry.ts';
import type { History } from './import-history.ts';
import { readHistory } from './import-history.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { DecisionMade } from '../withdrawal/make-decision.ts';
import { writeCheckpoints } from '../withdrawal/make-decision.ts';
import { checkpointSigner, readDecisions } from '../facts/read-decisions.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

export interface ImportRequest {
  readonly choices: ImportChoices;
  /** A person has looked at the list and signs it. */
  readonly confirmed: boolean;
  readonly push: boolean;
}

export interface ImportResult {
  readonly history: History;
  /** The checkpoints that were made, and what followed; undefined where nothing was to be made, or nobody confirmed it. */
  readonly written: { readonly made: readonly DecisionMade[]; readonly outcome: PointerOutcome } | undefined;
}

/** Reads what a project has published and, once a person confirms the list, has git sign the checkpoint that vouches for it. */
export async function importProject(
  world: ReadWorld,
  loaded: LoadedPolicy,
  given: {
    readonly request: ImportRequest;
    readonly reader: KeyReader;
    /** Of the forge, where it may hold something from before Cutwater. */
    readonly releases: ReleaseList | undefined;
  },
): Promise<ImportResult> {
  const { request, reader, releases } = given;
  const ending = await endingKeys(loaded.trust, reader, world.now);
  const history = await readHistory(world, loaded, { choices: request.choices, ending, releases });
  if (history.entries.length === 0 || !request.confirmed) return { history, written: undefined };
  const entries = history.entries.map(({ entry }) => entry);
  const { push } = request;
  const made = await writeCheckpoints(world, loaded, { entries, decisions: history.decisions, push });
  await warnOfEndingSigner(world, loaded, { ending, made });
  return { history, written: { made, outcome: await settlePointers(world, loaded) } };
}

/** A checkpoint by a key that ends itself would have to be made again. */
async function warnOfEndingSigner(
  world: ReadWorld,
  loaded: LoadedPolicy,
  after: { readonly ending: Awaited<ReturnType<typeof endingKeys>>; readonly made: readonly DecisionMade[] },
): Promise<void> {
  const { ending, made } = after;
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const decisions = await readDecisions(world, loaded, { tags, imageTags: [] });
  for (const { tag } of made) {
    const signer = checkpointSigner(decisions, Number(tag.slice('checkpoint/'.length)));
    const end = signer && ending.get(signer.fingerprint);
    if (end?.at === undefined) continue;
    const day = new Date(end.at * 1000).toISOString().slice(0, 10);
    const text = `${tag} is signed by a key that itself counts only until ${day}; before that have another maintainer run 'cutwater import --yes --push'`;
    world.report({ type: 'note', level: 'warning', text });
  }
}
