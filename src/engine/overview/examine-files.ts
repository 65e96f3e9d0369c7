import type { WorkflowState } from '../../ci/judge-workflows.ts';
import { judgeWorkflows, pathsOf } from '../../ci/judge-workflows.ts';
import { untrustedIdentities } from '../../ci/signing-identities.ts';
import { workflowsOf } from '../../ci/workflows.ts';
import { quote } from '../../domain/quote.ts';
import type { Git } from '../../ports/git.ts';
import { judgeDocument } from '../../report/process-document/rewrite.ts';
import type { Check } from '../../report/verification.ts';
import { passed } from '../../report/verification.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';

/**
 * Whether what Cutwater writes from the policy still says what the policy says, as the protected branch has both. It stops no
 * release by itself, so each finding is a warning with the command that mends it.
 */
export async function examineFiles(git: Pick<Git, 'readFile'>, loaded: LoadedPolicy): Promise<readonly Check[]> {
  const read = async (path: string): Promise<string | undefined> => {
    const bytes = await git.readFile(loaded.commit, path);
    return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  };
  return [
    ...judgePage(loaded, await read(loaded.policy.processDocument)),
    ...(await examineWorkflows(loaded, read)),
    ...judgeIdentities(loaded),
  ];
}

type ReadText = (path: string) => Promise<string | undefined>;

/** A project may do without the page, or have one of its own. */
function judgePage({ policy, trust }: LoadedPolicy, text: string | undefined): readonly Check[] {
  const name = 'process document';
  const state = judgeDocument(policy, text);
  switch (state.is) {
    case 'missing':
    case 'foreign':
      return [];
    case 'same':
      return [passed(name, `${quote(policy.processDocument)} says what ${trust.origin} says`)];
    case 'differs': {
      const says = `line ${state.line} of ${quote(policy.processDocument)} is not what ${trust.origin} says; run 'cutwater docs write' and commit it`;
      return [{ name, is: 'warning', says }];
    }
  }
}

async function examineWorkflows({ policy, trust }: LoadedPolicy, read: ReadText): Promise<readonly Check[]> {
  const name = 'workflows';
  const note = (says: string): readonly Check[] => [{ name, is: 'warning', says }];
  const workflows = workflowsOf(policy);
  if (workflows.is === 'refused') return [];
  const existing = new Map<string, string>();
  for (const path of pathsOf(workflows.value)) {
    const text = await read(path);
    if (text !== undefined) existing.set(path, text);
  }
  const states = judgeWorkflows(workflows.value, existing);
  const faults = states.filter(({ is }) => is !== 'same').map(describe);
  if (states.every(({ is }) => is === 'missing'))
    return note("no workflow releases what is tagged; run 'cutwater ci write' and commit what it writes");
  if (faults.length > 0) {
    const force = states.some(({ is }) => is === 'foreign') ? ' --force' : '';
    return note(`${faults.join(', ')}; run 'cutwater ci write${force}' and commit what it writes`);
  }
  const lock = `${policy.ci.tool}/package-lock.json`;
  if (policy.ci.toolFrom === 'lockFile' && (await read(lock)) === undefined)
    return note(
      `they install the Cutwater of ${quote(lock)}, which is not there; 'cutwater ci write' says how to make it`,
    );
  return [
    passed(name, `${states.length === 1 ? 'the file says' : `${states.length} files say`} what ${trust.origin} says`),
  ];
}

function describe(state: WorkflowState): string {
  const path = quote(state.path);
  switch (state.is) {
    case 'differs':
      return `${path} differs in line ${state.line}`;
    case 'foreign':
      return `${path} was written by a person`;
    case 'missing':
      return `${path} is not there`;
    case 'retired':
      return `${path} is not wanted any more`;
    case 'same':
      return `${path} is right`;
  }
}

function judgeIdentities({ policy }: LoadedPolicy): readonly Check[] {
  const [first, ...more] = untrustedIdentities(policy);
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : `, nor ${more.map(quote).join(', nor ')}`;
  const says = `no entry of trust.ci accepts ${quote(first)}${others}, as which the workflows will sign; add an entry whose identity matches`;
  return [{ name: 'identities of workflows', is: 'warning', says }];
}
